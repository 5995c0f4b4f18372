-- How many keys an owner may have at once.
begin;
select plan(9);

create function pg_temp.key_of(owner text, expires_at timestamptz default null) returns jsonb
language sql
as $$
  select jsonb_build_object(
    'id', gen_random_uuid(), 'hash', md5(random()::text) || md5(random()::text), 'owner', owner, 'name', 'CI',
    'start', 'acme_ab12', 'scopes', '[]'::jsonb, 'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb,
    'at', '2026-03-01T12:00:00Z', 'expiresAt', expires_at
  )
$$;

create temporary table call (owner text, statement text) on commit drop;
insert into call
select owner, format('select public.create_api_key(%L)', pg_temp.key_of(owner)) from unnest(array['ada', 'bob']) as owner;
grant select on call to public;

select count(public.create_api_key(pg_temp.key_of('ada'))) from generate_series(1, 23);
select public.create_api_key(pg_temp.key_of('ada', '2026-03-01T12:00:00Z'));
select lives_ok($$select public.create_api_key(pg_temp.key_of('ada', '2026-03-01T13:00:00Z'))$$, 'an expired key does not count');
select lives_ok($$select public.create_api_key(pg_temp.key_of('ada'))$$, 'a 25th key can be made');
select throws_ok(
  $$select public.create_api_key(pg_temp.key_of('ada'))$$,
  'PT409',
  'An owner has at most 25 API keys that are neither revoked nor expired',
  'a 26th cannot'
);
select throws_ok($$select public.create_api_key(pg_temp.key_of('ada', '2026-03-01T13:00:00Z'))$$, 'PT409', null, 'one that will expire neither');
select is_empty(
  $$select key_id from public.api_key_secret where key_id not in (select id from public.api_key)$$,
  'nothing of what was refused is left'
);

set local role service_role;
select throws_ok(statement, 'PT409', null, 'the service role is held to it') from call where owner = 'ada';
select lives_ok(statement, 'another owner has keys of their own') from call where owner = 'bob';
reset role;

update public.api_key set disabled_at = now() where id = (select id from public.api_key where owner = 'ada' and expires_at is null limit 1);
select throws_ok(statement, 'PT409', null, 'a disabled key counts') from call where owner = 'ada';
update public.api_key set revoked_at = now() where id = (select id from public.api_key where owner = 'ada' and expires_at is null limit 1);
select lives_ok(statement, 'a revoked one does not') from call where owner = 'ada';

select * from finish();
rollback;
