-- Only the service role can read the work and call its functions.
begin;
select plan(118);

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email) values
  ('30000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('30000000-0000-4000-8000-000000000002', 'stranger@example.com');

create temporary table write (statement text) on commit drop;
insert into write values
  ($$insert into public.stripe_customer_work (profile_id) values (gen_random_uuid())$$),
  ($$update public.stripe_customer_work set state = 'done', done_at = now()$$),
  ('delete from public.stripe_customer_work'),
  ('truncate public.stripe_customer_work');

create temporary table repair_write (statement text) on commit drop;
insert into repair_write values
  ('insert into public.profile_repair (user_id) values (gen_random_uuid())'),
  ('update public.profile_repair set next_attempt_at = now()'),
  ('delete from public.profile_repair'),
  ('truncate public.profile_repair');

-- Every function that the service role calls.
create temporary table call (name text, statement text) on commit drop;
insert into call (statement) values
  ('select public.claim_stripe_customer_work(gen_random_uuid(), 30)'),
  ('select public.renew_stripe_customer_key(gen_random_uuid(), gen_random_uuid())'),
  ($$select public.complete_stripe_customer_work(gen_random_uuid(), gen_random_uuid(), 'create', 'cus_a', null, 1)$$),
  ($$select public.retry_stripe_customer_work(gen_random_uuid(), gen_random_uuid(), 1, 0, '{}', true, false)$$),
  ($$select public.fail_stripe_customer_work(gen_random_uuid(), gen_random_uuid(), 1, '{}', false)$$),
  ('select public.requeue_stripe_customer_work(gen_random_uuid())'),
  ($$select public.unlink_stripe_customer('cus_none')$$),
  ('select public.read_stripe_customer(gen_random_uuid())'),
  ('select public.repair_profiles()');
update call set name = substring(statement from 'public\.(\w+)');

-- Every function that only triggers and other functions call.
create temporary table inner_call (name text, statement text) on commit drop;
insert into inner_call (statement) values
  ($$select public.build_stripe_customer_parameters(gen_random_uuid(), null)$$),
  ('select public.enqueue_stripe_customer_work()'),
  ('select public.tombstone_stripe_customer_work()'),
  ('select public.notify_stripe_customer_route()'),
  ('select public.create_profile_for_user()'),
  ('select public.copy_user_email_to_profile()'),
  ('select public.delete_profile_of_soft_deleted_user()'),
  ('select public.enqueue_profile_repair(gen_random_uuid())'),
  ('select public.repair_profile(gen_random_uuid())');
update inner_call set name = substring(statement from 'public\.(\w+)');
grant select on write, repair_write, call, inner_call to public;

select ok(
  (select relrowsecurity from pg_class where oid = 'public.stripe_customer_work'::regclass),
  'row-level security is on'
);
select policies_are('public', 'stripe_customer_work', array[]::name[], 'and no policy grants access');
select ok(
  (select relrowsecurity from pg_class where oid = 'public.profile_repair'::regclass),
  'row-level security is on for the repair queue'
);
select policies_are('public', 'profile_repair', array[]::name[], 'and no policy grants access');

-- Covers functions that are added later.
select is_empty(
  $$select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and (proname ~ 'stripe_customer' or proname ~ 'profile')
      and (has_function_privilege('anon', oid, 'execute') or has_function_privilege('authenticated', oid, 'execute'))$$,
  'no function about profiles or customers is open to users'
);
select is_empty(
  $$select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef and not 'search_path=""' = any (proconfig)$$,
  'every security definer function has an empty search path'
);

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(
  'select * from public.stripe_customer_work',
  '42501',
  'permission denied for table stripe_customer_work',
  'anonymous cannot read'
);
select throws_ok(
  statement, '42501', 'permission denied for table stripe_customer_work', 'anonymous cannot: ' || statement
) from write;
select throws_ok(
  statement, '42501', 'permission denied for table profile_repair', 'anonymous cannot: ' || statement
) from (table repair_write union all values ('select * from public.profile_repair')) as repair;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'anonymous cannot call ' || name)
from (table call union all table inner_call) as call;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "30000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select throws_ok(
  'select * from public.stripe_customer_work',
  '42501',
  'permission denied for table stripe_customer_work',
  'the owner cannot read'
);
select throws_ok(
  statement, '42501', 'permission denied for table stripe_customer_work', 'the owner cannot: ' || statement
) from write;
select throws_ok(
  statement, '42501', 'permission denied for table profile_repair', 'the owner cannot: ' || statement
) from (table repair_write union all values ('select * from public.profile_repair')) as repair;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'the owner cannot call ' || name)
from (table call union all table inner_call) as call;

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select results_eq(
  $$select count(*)::int from public.stripe_customer_work where profile_id::text like '30000000-%'$$,
  array[2],
  'the service role reads'
);
select throws_ok(
  statement, '42501', 'permission denied for table stripe_customer_work', 'the service role cannot: ' || statement
) from write;
select lives_ok('select * from public.profile_repair', 'the service role reads the repair queue');
select throws_ok(
  statement, '42501', 'permission denied for table profile_repair', 'the service role cannot: ' || statement
) from repair_write;
select lives_ok(statement, 'the service role calls ' || name) from call;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'the service role cannot call ' || name)
from inner_call;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "30000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select throws_ok(
  $$select * from public.stripe_customer_work where profile_id = '30000000-0000-4000-8000-000000000001'$$,
  '42501',
  'permission denied for table stripe_customer_work',
  'another user cannot read'
);
select throws_ok(
  statement, '42501', 'permission denied for table stripe_customer_work', 'another user cannot: ' || statement
) from write;
select throws_ok(
  statement, '42501', 'permission denied for table profile_repair', 'another user cannot: ' || statement
) from (table repair_write union all values ('select * from public.profile_repair')) as repair;
select throws_ok(
  replace(replace(statement, 'gen_random_uuid(), 30', 'gen_random_uuid(), 30, 1, gen_random_uuid()'),
    'gen_random_uuid()', $$'30000000-0000-4000-8000-000000000001'$$),
  '42501', 'permission denied for function ' || name, 'another user cannot call ' || name || ' for the owner'
)
from (table call union all table inner_call) as call;

select * from finish();
rollback;
