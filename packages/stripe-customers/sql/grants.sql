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
  internal constant text[] := array[
    'build_stripe_customer_parameters',
    'check_vanished_profiles',
    'current_stripe_customer_account',
    'enqueue_stripe_customer_work',
    'find_stripe_customer_detail_fault',
    'hold_stripe_customer_work',
    'is_stripe_customer_allowed',
    'follow_stripe_customer_link',
    'is_fresh_sign_up',
    'lock_stripe_customer',
    'may_have_stripe_customer',
    'notify_stripe_customer_route',
    'reconsider_stripe_customer_of_user',
    'reconsider_waiting_stripe_customers',
    'remember_stripe_customer_wake_up',
    'reopen_work_of_deleted_stripe_customer',
    'stripe_customer_details',
    'repair_profile_rows',
    'tombstone_stripe_customer_work'
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
  foreach name in array called || internal loop
    execute format('revoke all on function public.%I from %s', name, roles);
  end loop;

  if has_service_role then
    grant select on table public.stripe_customer_work, public.stripe_event to service_role;
    foreach name in array called loop
      execute format('grant execute on function public.%I to service_role', name);
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
