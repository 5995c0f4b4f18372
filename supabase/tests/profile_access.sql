-- Who may read and write profiles.
begin;
select plan(29);

insert into auth.users (id, email) values
  ('10000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('10000000-0000-4000-8000-000000000002', 'stranger@example.com');

create temporary table attempt (statement text) on commit drop;
insert into attempt values
  ($$insert into public.profile (id) values ('10000000-0000-4000-8000-000000000003')$$),
  ($$update public.profile set stripe_customer = 'cus_forged' where id = '10000000-0000-4000-8000-000000000001'$$),
  ($$update public.profile set email = 'forged@example.com' where id = '10000000-0000-4000-8000-000000000001'$$),
  ($$delete from public.profile where id = '10000000-0000-4000-8000-000000000001'$$),
  ('truncate public.profile cascade');
grant select on attempt to public;

select ok(
  (select relrowsecurity from pg_class where oid = 'public.profile'::regclass),
  'row-level security is on'
);

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok('select * from public.profile', '42501', 'permission denied for table profile', 'anonymous cannot read');
select throws_ok(statement, '42501', 'permission denied for table profile', 'anonymous cannot: ' || statement) from attempt;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "10000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq(
  'select email from public.profile',
  array['stranger@example.com'],
  'another user sees only their own profile'
);
select is_empty(
  $$select * from public.profile where id = '10000000-0000-4000-8000-000000000001'$$,
  'another user does not see the owner''s profile by its id'
);

select throws_ok(statement, '42501', 'permission denied for table profile', 'another user cannot: ' || statement)
from attempt;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "10000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq('select email from public.profile', array['owner@example.com'], 'the owner sees their own profile');
select throws_ok(statement, '42501', 'permission denied for table profile', 'the owner cannot: ' || statement) from attempt;

reset role;
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
set local role authenticated;
select is_empty('select * from public.profile', 'a token without a subject sees nothing');

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select results_eq(
  $$select email from public.profile where id::text like '10000000-%' order by email$$,
  array['owner@example.com', 'stranger@example.com'],
  'the service role sees all'
);
select lives_ok(
  $$update public.profile set stripe_customer = 'cus_a' where id = '10000000-0000-4000-8000-000000000001'$$,
  'the service role links a customer'
);
select throws_ok(
  $$update public.profile set stripe_customer = 'cus_a' where id = '10000000-0000-4000-8000-000000000002'$$,
  '23505',
  null,
  'two profiles cannot have one customer'
);
select throws_ok(
  $$update public.profile set stripe_customer = 'owner@example.com' where id = '10000000-0000-4000-8000-000000000002'$$,
  '23514',
  null,
  'a text that is not the id of a customer is refused'
);
select throws_ok(
  $$insert into public.profile (id) values ('10000000-0000-4000-8000-000000000003')$$,
  '23503',
  null,
  'a profile without a user is refused'
);
select lives_ok(
  $$update public.profile set updated_at = '2001-01-01' where id = '10000000-0000-4000-8000-000000000001'$$,
  'an update can set updated_at'
);
select results_eq(
  $$select updated_at from public.profile where id = '10000000-0000-4000-8000-000000000001'$$,
  'select now()',
  'but the time of the update replaces it'
);
select throws_ok(
  'select public.set_profile_updated_at()',
  '42501',
  'permission denied for function set_profile_updated_at',
  'the service role cannot call the function of a trigger'
);

select * from finish();
rollback;
