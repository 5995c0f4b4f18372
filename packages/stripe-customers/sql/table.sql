-- The table of profiles: everything of the engine that knows its name and its columns.

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

drop trigger if exists enqueue_stripe_customer_work_for_new_profile on {{table}};
create trigger enqueue_stripe_customer_work_for_new_profile
  after insert on {{table}}
  for each row execute function public.enqueue_stripe_customer_work({{id_literal}});

drop trigger if exists enqueue_stripe_customer_work_for_changed_email on {{email_table}};
create trigger enqueue_stripe_customer_work_for_changed_email
  after update of {{email}} on {{email_table}}
  for each row
  when (new.{{email}} is distinct from old.{{email}})
  execute function public.enqueue_stripe_customer_work({{email_id_literal}});

drop trigger if exists follow_stripe_customer_link on {{table}};
create trigger follow_stripe_customer_link
  after update of {{customer}} on {{table}}
  for each row
  when (new.{{customer}} is distinct from old.{{customer}})
  execute function public.follow_stripe_customer_link({{id_literal}}, {{customer_literal}});

drop trigger if exists check_vanished_profiles on {{table}};
create trigger check_vanished_profiles
  after truncate on {{table}}
  for each statement execute function public.check_vanished_profiles();

drop trigger if exists tombstone_stripe_customer_work on {{table}};
create trigger tombstone_stripe_customer_work
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
drop trigger if exists notify_stripe_customer_route_for_new_profile on {{table}};
create trigger notify_stripe_customer_route_for_new_profile
  after insert on {{table}}
  for each row execute function public.notify_stripe_customer_route({{id_literal}}, {{email_literal}});

drop trigger if exists notify_stripe_customer_route_for_changed_email on {{email_table}};
create trigger notify_stripe_customer_route_for_changed_email
  after update of {{email}} on {{email_table}}
  for each row
  when (new.{{email}} is distinct from old.{{email}})
  execute function public.notify_stripe_customer_route({{email_id_literal}}, {{email_literal}});

-- The rule reads what Supabase Auth confirms. Named to run after copy_user_email_to_profile, and in this order.
do $$
begin
  if to_regclass('auth.users') is null then
    return;
  end if;

  drop trigger if exists reconsider_stripe_customer_of_user on auth.users;
  create trigger reconsider_stripe_customer_of_user
    after update on auth.users
    for each row
    when (
      new.email_confirmed_at is distinct from old.email_confirmed_at
      or new.phone_confirmed_at is distinct from old.phone_confirmed_at
      or new.is_anonymous is distinct from old.is_anonymous
    )
    execute function public.reconsider_stripe_customer_of_user();

  drop trigger if exists wake_stripe_customer_route_for_confirmed_user on auth.users;
  create trigger wake_stripe_customer_route_for_confirmed_user
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
