-- Who can note that two browsers signed up with an address, and which sign-ups count.
begin;
select plan(9);

insert into auth.users (id, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data) values
  ('72000000-0000-4000-8000-000000000001', 'first@example.com', null, '{"provider": "email"}', '{"sign_up_mark": "one"}'),
  ('72000000-0000-4000-8000-000000000002', 'direct@example.com', null, null, null),
  ('72000000-0000-4000-8000-000000000003', 'confirmed@example.com', now(), '{}', '{"sign_up_mark": "one"}');

create function pg_temp.has_conflict(address text) returns boolean language sql as $$
  select coalesce(raw_app_meta_data ->> 'sign_up_conflict' = 'true', false) from auth.users where email = address
$$;

set local role anon;
select throws_ok(
  $$select public.note_sign_up_conflict('first@example.com', 'two')$$,
  '42501', 'permission denied for function note_sign_up_conflict', 'anonymous cannot note a conflict'
);
reset role;
set local role authenticated;
select throws_ok(
  $$select public.note_sign_up_conflict('first@example.com', 'two')$$,
  '42501', 'permission denied for function note_sign_up_conflict', 'a user cannot note a conflict'
);
reset role;

set local role service_role;
select lives_ok($$select public.note_sign_up_conflict('first@example.com', 'one')$$, 'the service role can');
reset role;
select is(pg_temp.has_conflict('first@example.com'), false, 'the browser that signed up first has no conflict');
set local role service_role;
select public.note_sign_up_conflict('First@Example.com', 'two');
select public.note_sign_up_conflict('direct@example.com', 'two');
select public.note_sign_up_conflict('confirmed@example.com', 'two');
reset role;
select is(pg_temp.has_conflict('first@example.com'), true, 'another one is');
select is(
  (select raw_app_meta_data ->> 'provider' from auth.users where email = 'first@example.com'), 'email', 'the rest is kept'
);
select is(pg_temp.has_conflict('direct@example.com'), true, 'also if the first has no mark');
select is(pg_temp.has_conflict('confirmed@example.com'), false, 'a confirmed address has no conflict');
select is(
  (select count(*) from auth.users where raw_app_meta_data ? 'sign_up_conflict' and id::text not like '72000000%'), 0::bigint,
  'and no other user is noted'
);

select * from finish();
rollback;
