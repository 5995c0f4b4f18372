-- How many usable keys an owner can have, if the caller gives a maximum.
begin;
select plan(11);

-- Here, any text is an active owner.
create or replace function public.get_api_key_owner_state(owner text) returns text
language sql
as $$
  select 'active'::text
$$;

create function pg_temp.key_of(owner text, maximum integer default 3, expires_at timestamptz default null) returns jsonb
language sql
as $$
  select jsonb_build_object(
    'id', gen_random_uuid(), 'hash', md5(random()::text) || md5(random()::text), 'owner', owner, 'name', 'CI',
    'start', 'acme_ab12', 'scopes', '[]'::jsonb, 'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb,
    'at', '2026-03-01T12:00:00Z', 'expiresAt', expires_at, 'maximumKeys', maximum
  )
$$;

create function pg_temp.create_key(owner text, maximum integer default 3, expires_at timestamptz default null)
returns boolean
language sql
as $$
  select public.create_api_key(pg_temp.key_of(owner, maximum, expires_at)) is not null
$$;

select ok(pg_temp.create_key('ada'), 'the first key is created');
select ok(pg_temp.create_key('ada', null, '2026-03-01T12:00:00Z'), 'so is one that has just expired');
select ok(pg_temp.create_key('ada', 3, '2026-03-01T13:00:00Z'), 'an expired key does not count');
select ok(pg_temp.create_key('ada'), 'the third usable key is created');
select ok(not pg_temp.create_key('ada'), 'the fourth is not');
select is_empty(
  $$select key_id from public.api_key_secret where key_id not in (select id from public.api_key)$$,
  'nothing is left of a key that was not created'
);
select ok(pg_temp.create_key('bob'), 'another owner has a count of their own');
select ok(pg_temp.create_key('ada', null), 'without a maximum, the key is created');

set local role service_role;
select is(
  public.create_api_key(
    '{"owner": "ada", "maximumKeys": 3, "at": "2026-03-01T12:00:00Z"}'
  ),
  null,
  'the maximum holds for the service role, too'
);
reset role;

update public.api_key set disabled_at = now() where owner = 'ada' and expires_at is null;
select ok(not pg_temp.create_key('ada', 4), 'a disabled key counts');
update public.api_key set revoked_at = now()
where id = (select id from public.api_key where owner = 'ada' and expires_at is null limit 1);
select ok(pg_temp.create_key('ada', 4), 'a revoked key does not');

select * from finish();
rollback;
