-- The keys of a user end with the user.
begin;
select plan(4);

insert into auth.users (id, email) values
  ('60000000-0000-4000-8000-000000000001', 'leaving@example.com'),
  ('60000000-0000-4000-8000-000000000002', 'staying@example.com');

select public.create_api_key(
  jsonb_build_object(
    'id', key.id, 'hash', repeat(key.hash, 64), 'owner', key.owner, 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('6a000000-0000-4000-8000-000000000001', 'a', '60000000-0000-4000-8000-000000000001'),
  ('6a000000-0000-4000-8000-000000000002', 'b', '60000000-0000-4000-8000-000000000002')
) as key (id, hash, owner);

delete from auth.users where id = '60000000-0000-4000-8000-000000000001';

select is_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000001'$$,
  'the keys of a deleted user are gone'
);
select is_empty(
  $$select 1 from public.api_key_secret where hash = repeat('a', 64)$$,
  'and so are their hashes'
);
select isnt_empty(
  $$select 1 from public.api_key where owner = '60000000-0000-4000-8000-000000000002'$$,
  'those of other users stay'
);

select is(
  (
    select count(*)::integer
    from pg_trigger
    join pg_proc on pg_proc.oid = pg_trigger.tgfoid
    where tgrelid = 'public.profile'::regclass and prosrc ~ 'delete from public.api_key '
  ),
  1,
  'one trigger deletes them'
);

select * from finish();
rollback;
