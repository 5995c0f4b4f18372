-- Who may do what. By default, hosted Supabase grants new tables, views and functions to all of its roles. The service role reads
-- the tables and calls the functions of the engine; owners read their own progress; everything else is for triggers.
do $$
declare
  tables constant text[] := array[
    'stripe_customer_account',
    'stripe_customer_check',
    'stripe_customer_work',
    'stripe_customer_wake_up',
    'stripe_event',
    'stripe_customer_profile'
  ];
  called constant text[] := array[
    'apply_stripe_event',
    'begin_stripe_customer_account',
    'dismiss_deletions_elsewhere',
    'dismiss_stripe_customer_work',
    'find_linked_stripe_customers',
    'move_stripe_customers',
    'read_stripe_customer_account',
    'record_stripe_customer_account',
    'tombstone_vanished_profiles',
    'claim_stripe_customer_work',
    'complete_stripe_customer_work',
    'count_profile_repairs',
    'count_stripe_customer_work',
    'count_unmatched_stripe_customer_work',
    'delete_orphaned_stripe_customer',
    'fail_stripe_customer_work',
    'find_stripe_customer_owners',
    'link_stripe_customer',
    'list_failed_stripe_customer_work',
    'list_stripe_customers',
    'open_stripe_customer_work',
    'read_stripe_customer',
    'reconsider_stripe_customer',
    'renew_stripe_customer_key',
    'repair_profile_page',
    'report_stripe_customer_wake_ups',
    'repair_profiles',
    'requeue_stripe_customer_work',
    'retry_stripe_customer_work',
    'unlink_stripe_customer'
  ];
  -- With their arguments, because a project may have functions of the same names.
  functions constant text[] := array[
    {{functions}}
  ];
  roles text;
  has_service_role constant boolean := to_regrole('service_role') is not null;
  name text;
begin
  select concat_ws(', ', 'public', string_agg(rolname, ', ')) into roles
  from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role');

  foreach name in array tables loop
    execute format('revoke all on table public.%I from %s', name, roles);
  end loop;
  foreach name in array functions loop
    execute format('revoke all on function %s from %s', name, roles);
  end loop;

  if has_service_role then
    grant select on table public.stripe_customer_work, public.stripe_event to service_role;
    foreach name in array functions loop
      if substring(name from 'public\.(\w+)') = any (called) then
        execute format('grant execute on function %s to service_role', name);
      end if;
    end loop;
  end if;

  if to_regclass('public.stripe_customer_progress') is not null then
    execute format('revoke all on table public.stripe_customer_progress from %s', roles);
    if to_regrole('authenticated') is not null then
      grant select on table public.stripe_customer_progress to authenticated;
    end if;
  end if;
end
$$;
