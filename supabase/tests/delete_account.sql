-- Who can delete an account, which rows go with it, and that the deletion succeeds or fails as a whole.
begin;
select plan(16);

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email) values
  ('70000000-0000-4000-8000-000000000001', 'leaving@example.com'),
  ('70000000-0000-4000-8000-000000000002', 'staying@example.com'),
  ('70000000-0000-4000-8000-000000000003', 'no-profile@example.com');
update public.profile set stripe_customer = 'cus_leaving' where email = 'leaving@example.com';
delete from public.profile where email = 'no-profile@example.com';
insert into auth.sessions (id, user_id) values
  ('7b000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000001'),
  ('7b000000-0000-4000-8000-000000000002', '70000000-0000-4000-8000-000000000002');

select public.create_api_key(
  jsonb_build_object(
    'id', key.id, 'hash', repeat(key.hash, 64), 'owner', key.owner, 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('7a000000-0000-4000-8000-000000000001', 'c', '70000000-0000-4000-8000-000000000001'),
  ('7a000000-0000-4000-8000-000000000002', 'd', '70000000-0000-4000-8000-000000000002'),
  ('7a000000-0000-4000-8000-000000000003', 'e', '70000000-0000-4000-8000-000000000003')
) as key (id, hash, owner);

-- Permissions.

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(
  $$select public.delete_account('70000000-0000-4000-8000-000000000001')$$,
  '42501',
  'permission denied for function delete_account',
  'anonymous cannot delete an account'
);
reset role;
select set_config('request.jwt.claims', '{"sub": "70000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok(
  $$select public.delete_account('70000000-0000-4000-8000-000000000001')$$,
  '42501',
  'permission denied for function delete_account',
  'a user cannot delete their own account with a token alone'
);
select throws_ok(
  $$select public.delete_account('70000000-0000-4000-8000-000000000002')$$,
  '42501',
  'permission denied for function delete_account',
  'nor the account of another user'
);
reset role;

-- The deletion as a whole.

create function pg_temp.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'refused by the test';
end
$$;
create trigger refuse before update on public.stripe_customer_work for each row execute function pg_temp.refuse();
set local role service_role;
select throws_ok(
  $$select public.delete_account('70000000-0000-4000-8000-000000000001')$$,
  'P0001',
  'refused by the test',
  'a deletion fails if the tombstone cannot be written'
);
reset role;
select isnt_empty(
  $$select from public.profile where id = '70000000-0000-4000-8000-000000000001'$$,
  'the profile still exists'
);
select isnt_empty(
  $$select from public.api_key where owner = '70000000-0000-4000-8000-000000000001'$$,
  'and so are the keys'
);
drop trigger refuse on public.stripe_customer_work;

-- Deleted and kept rows.

select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select ok(public.delete_account('70000000-0000-4000-8000-000000000001'), 'the service role deletes an account');
select ok(not public.delete_account('70000000-0000-4000-8000-000000000001'), 'only once');
select ok(not public.delete_account(gen_random_uuid()), 'an unknown user is not deleted');
select ok(public.delete_account('70000000-0000-4000-8000-000000000003'), 'an account without a profile is deleted too');
reset role;
select is_empty(
  $$select from auth.users where id in ('70000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000003')$$,
  'the user is deleted'
);
select is_empty(
  $$select from public.profile where id = '70000000-0000-4000-8000-000000000001'$$,
  'and the profile'
);
select is_empty(
  $$select from auth.sessions where user_id = '70000000-0000-4000-8000-000000000001'$$,
  'and the sessions'
);
select is_empty(
  $$select from public.api_key
    where owner in ('70000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000003')$$,
  'and the keys'
);
select results_eq(
  $$select kind, state, stripe_customer from public.stripe_customer_work
    where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values ('delete', 'pending', 'cus_leaving')$$,
  'the tombstone keeps the customer'
);
select results_eq(
  $$select
      (select count(*)::int from auth.sessions where user_id = users.id),
      (select count(*)::int from public.api_key where owner = users.id::text),
      (select count(*)::int from public.profile where id = users.id)
    from auth.users where id = '70000000-0000-4000-8000-000000000002'$$,
  $$values (1, 1, 1)$$,
  'another user keeps everything'
);

select * from finish();
rollback;
