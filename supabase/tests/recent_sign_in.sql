-- Who can ask whether a sign-in is recent, which sessions count, and that an account is deleted only with one of them.
begin;
select plan(17);

insert into auth.users (id, email) values
  ('71000000-0000-4000-8000-000000000001', 'own@example.com'),
  ('71000000-0000-4000-8000-000000000002', 'other@example.com');
insert into auth.sessions (id, user_id, created_at, updated_at) values
  ('7c000000-0000-4000-8000-000000000001', '71000000-0000-4000-8000-000000000001', now() - interval '9 minutes 59 seconds', now()),
  ('7c000000-0000-4000-8000-000000000002', '71000000-0000-4000-8000-000000000001', now() - interval '10 minutes', now()),
  ('7c000000-0000-4000-8000-000000000003', '71000000-0000-4000-8000-000000000001', now() - interval '30 days', now()),
  ('7c000000-0000-4000-8000-000000000004', '71000000-0000-4000-8000-000000000002', now(), now());

create temporary table call (name text, statement text) on commit drop;
insert into call
select name, format(
  $$select public.%s('71000000-0000-4000-8000-000000000001', '7c000000-0000-4000-8000-000000000001')$$, name
)
from unnest(array['is_recent_sign_in', 'delete_own_account']) as name;
grant select on call to public;

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'anonymous cannot call ' || name) from call;
reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "71000000-0000-4000-8000-000000000001", "session_id": "7c000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'a user cannot call ' || name) from call;
reset role;

create function pg_temp.own(session_id uuid) returns boolean language sql as $$
  select public.is_recent_sign_in('71000000-0000-4000-8000-000000000001', session_id)
$$;
create function pg_temp.delete_own(session_id uuid) returns boolean language sql as $$
  select public.delete_own_account('71000000-0000-4000-8000-000000000001', session_id)
$$;
set local role service_role;
select is(pg_temp.own('7c000000-0000-4000-8000-000000000001'), true, 'a session counts for less than 10 minutes');
select is(pg_temp.own('7c000000-0000-4000-8000-000000000002'), false, 'not for 10 minutes');
select is(pg_temp.own('7c000000-0000-4000-8000-000000000003'), false, 'and not because it was refreshed');
select is(pg_temp.own('7c000000-0000-4000-8000-000000000004'), false, 'a session of another user does not count');
select is(pg_temp.own('7c000000-0000-4000-8000-00000000000f'), false, 'nor does one that was ended');
select is(pg_temp.own(null), false, 'nor does none');

select is(pg_temp.delete_own('7c000000-0000-4000-8000-000000000002'), false, 'an old sign-in deletes nothing');
select is(pg_temp.delete_own('7c000000-0000-4000-8000-000000000004'), false, 'nor does a session of another user');
select is(pg_temp.delete_own(null), false, 'nor does none');
reset role;
select is(count(*), 2::bigint, 'both users still exist') from auth.users where id::text like '71000000%';
set local role service_role;
select is(pg_temp.delete_own('7c000000-0000-4000-8000-000000000001'), true, 'a recent sign-in deletes the account');
select is(pg_temp.delete_own('7c000000-0000-4000-8000-000000000001'), false, 'once');
reset role;
select results_eq(
  $$select id from auth.users where id::text like '71000000%'$$,
  $$values ('71000000-0000-4000-8000-000000000002'::uuid)$$,
  'and no other'
);

select * from finish();
rollback;
