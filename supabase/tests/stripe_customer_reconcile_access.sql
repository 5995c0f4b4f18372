-- Only the service role can call the functions that compare profiles with Stripe.
begin;
select plan(25);

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email) values
  ('80000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('80000000-0000-4000-8000-000000000002', 'stranger@example.com');

create temporary table call (name text, statement text) on commit drop;
insert into call (statement) values
  ('select public.count_stripe_customer_work()'),
  ('select public.list_stripe_customers()'),
  ('select public.list_failed_stripe_customer_work()'),
  ($$select public.link_stripe_customer('80000000-0000-4000-8000-000000000001', 'cus_a')$$),
  ($$select public.find_stripe_customer_owners(array['80000000-0000-4000-8000-000000000001']::uuid[])$$),
  ($$select public.delete_orphaned_stripe_customer('80000000-0000-4000-8000-000000000001', 'cus_a')$$);
update call set name = substring(statement from 'public\.(\w+)');
grant select on call to public;

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'anonymous cannot call ' || name) from call;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "80000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'the owner cannot call ' || name) from call;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "80000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'another user cannot call ' || name) from call;

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select lives_ok(statement, 'the service role calls ' || name) from call;
select results_eq(
  $$select stripe_customer from public.profile where id = '80000000-0000-4000-8000-000000000001'$$,
  array['cus_a'],
  'and it links the customer'
);

select * from finish();
rollback;
