-- The keys of a user are deleted with the user, whether the user has a profile or not.
begin;
select plan(9);

insert into auth.users (id, email) values
  ('60000000-0000-4000-8000-000000000001', 'leaving@example.com'),
  ('60000000-0000-4000-8000-000000000002', 'staying@example.com'),
  ('60000000-0000-4000-8000-000000000003', 'without-profile@example.com'),
  ('60000000-0000-4000-8000-000000000004', 'profile-deleted@example.com');

select public.create_api_key(
  jsonb_build_object(
    'id', key.id, 'hash', repeat(key.hash, 64), 'owner', key.owner, 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('6a000000-0000-4000-8000-000000000001', 'a', '60000000-0000-4000-8000-000000000001'),
  ('6a000000-0000-4000-8000-000000000002', 'b', '60000000-0000-4000-8000-000000000002'),
  ('6a000000-0000-4000-8000-000000000003', 'c', '60000000-0000-4000-8000-000000000004')
) as key (id, hash, owner);

delete from public.profile where id = '60000000-0000-4000-8000-000000000003';
select public.create_api_key(
  jsonb_build_object(
    'id', '6a000000-0000-4000-8000-000000000004', 'hash', repeat('d', 64), 'owner', '60000000-0000-4000-8000-000000000003',
    'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb, 'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb,
    'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
);

delete from auth.users
where id in ('60000000-0000-4000-8000-000000000001', '60000000-0000-4000-8000-000000000003');
delete from public.profile where id = '60000000-0000-4000-8000-000000000004';

select is_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000001'$$,
  'the keys of a deleted user are deleted'
);
select is_empty($$select 1 from public.api_key_secret where hash = repeat('a', 64)$$, 'and so are their hashes');
select is_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000003'$$,
  'so are the keys of a deleted user without a profile'
);
select is_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000004'$$,
  'and the keys of a user whose profile is deleted'
);
select isnt_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000002'$$,
  'other users keep their keys'
);
select is(
  (
    select array_agg(tgrelid::regclass::text order by tgrelid::regclass::text) from pg_trigger
    where tgname = 'delete_api_keys_of_deleted_user'
  ),
  array['auth.users', 'profile'],
  'one trigger on each table deletes them'
);
select ok(
  not has_function_privilege(role, 'public.delete_api_keys_of_deleted_user()', 'execute'),
  role || ' cannot execute its function'
) from unnest(array['anon', 'authenticated', 'service_role']) as role;

select * from finish();
rollback;
