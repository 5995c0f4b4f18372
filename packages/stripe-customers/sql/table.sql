-- The table of profiles: everything of the engine that knows its name and its columns.

-- Links and work belong to the table and its columns, so only where the e-mail is can change.
do $$
begin
  if to_regclass('public.stripe_customer_profile') is not null and (
    select count(*) <> 2
    from pg_catalog.pg_attribute
    where attrelid = {{table_literal}}::regclass and attname in ({{id_literal}}, {{customer_literal}})
      and exists (
        select from pg_catalog.pg_depend
        join pg_catalog.pg_rewrite on pg_rewrite.oid = objid
        where classid = 'pg_catalog.pg_rewrite'::regclass and ev_class = to_regclass('public.stripe_customer_profile')
          and refclassid = 'pg_catalog.pg_class'::regclass and refobjid = attrelid and refobjsubid = attnum
      )
  ) then
    raise exception 'The engine of stripe-customers is installed for another table, or for other columns.'
      using hint = 'Uninstall it first: npx stripe-customers sql --uninstall';
  end if;
end
$$;

-- Selecting `for no key update` from this view and updating the customer through it works as on the table.
create or replace view public.stripe_customer_profile as
select
  profile.{{id}} as id,
  {{email_expression}} as email,
  profile.{{customer}} as stripe_customer
from {{table}} as profile;

comment on view public.stripe_customer_profile is 'The profiles as the engine reads and links them. For its functions only.';

-- Two profiles must not share a customer, and an event from Stripe finds its profile by the customer.
do $$
begin
  if not exists (
    select from pg_catalog.pg_index
    join pg_catalog.pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = {{table_literal}}::regclass and indisunique and indisvalid and indnkeyatts = 1
      and indpred is null and attname = {{customer_literal}}
  ) then
    create unique index stripe_customer_profile_customer on {{table}} ({{customer}});
  end if;
end
$$;

create or replace trigger enqueue_stripe_customer_work_for_new_profile
  after insert on {{table}}
  for each row execute function public.enqueue_stripe_customer_work({{id_literal}});

-- The e-mail may have been in another table.
do $$
declare
  stale record;
begin
  for stale in
    select tgname, tgrelid::regclass as on_table from pg_catalog.pg_trigger
    where tgname in ('enqueue_stripe_customer_work_for_changed_email', 'notify_stripe_customer_route_for_changed_email')
      and tgfoid in ('public.enqueue_stripe_customer_work()'::regprocedure, 'public.notify_stripe_customer_route()'::regprocedure)
      and tgrelid <> {{email_table_literal}}::regclass
  loop
    execute format('drop trigger %I on %s', stale.tgname, stale.on_table);
  end loop;
end
$$;

create or replace trigger enqueue_stripe_customer_work_for_changed_email
  after update of {{email}} on {{email_table}}
  for each row
  when (new.{{email}} is distinct from old.{{email}})
  execute function public.enqueue_stripe_customer_work({{email_id_literal}});

create or replace trigger follow_stripe_customer_link
  after update of {{customer}} on {{table}}
  for each row
  when (new.{{customer}} is distinct from old.{{customer}})
  execute function public.follow_stripe_customer_link({{id_literal}}, {{customer_literal}});

create or replace trigger check_vanished_profiles
  after truncate on {{table}}
  for each statement execute function public.check_vanished_profiles();

create or replace trigger tombstone_stripe_customer_work
  after delete on {{table}}
  for each row execute function public.tombstone_stripe_customer_work({{id_literal}}, {{customer_literal}});

drop trigger if exists reopen_work_of_deleted_stripe_customer on {{table}};
create constraint trigger reopen_work_of_deleted_stripe_customer
  after update of {{customer}} on {{table}}
  deferrable initially deferred
  for each row
  when (new.{{customer}} is not null and new.{{customer}} is distinct from old.{{customer}})
  execute function public.reopen_work_of_deleted_stripe_customer({{id_literal}}, {{customer_literal}});

-- Named to run after enqueue_stripe_customer_work. Triggers of one event run in the order of their names.
create or replace trigger notify_stripe_customer_route_for_new_profile
  after insert on {{table}}
  for each row execute function public.notify_stripe_customer_route({{id_literal}}, {{email_literal}});

create or replace trigger notify_stripe_customer_route_for_changed_email
  after update of {{email}} on {{email_table}}
  for each row
  when (new.{{email}} is distinct from old.{{email}})
  execute function public.notify_stripe_customer_route({{email_id_literal}}, {{email_literal}});

-- The rule reads what Supabase Auth confirms. Named to run after copy_user_email_to_profile, and in this order.
do $$
begin
  if not public.has_supabase_auth() then
    return;
  end if;

  create or replace trigger reconsider_stripe_customer_of_user
    after update on auth.users
    for each row
    when (
      new.email_confirmed_at is distinct from old.email_confirmed_at
      or new.phone_confirmed_at is distinct from old.phone_confirmed_at
      or new.is_anonymous is distinct from old.is_anonymous
    )
    execute function public.reconsider_stripe_customer_of_user();

  create or replace trigger wake_stripe_customer_route_for_confirmed_user
    after update on auth.users
    for each row
    when (
      new.email_confirmed_at is distinct from old.email_confirmed_at
      or new.phone_confirmed_at is distinct from old.phone_confirmed_at
      or new.is_anonymous is distinct from old.is_anonymous
    )
    execute function public.notify_stripe_customer_route('id', 'email');
end
$$;
