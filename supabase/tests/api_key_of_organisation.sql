-- Keys whose owner is an organisation: its members read them, once the project has said who they are.
begin;
select plan(8);

create or replace function public.get_api_key_owner_state(owner text) returns text
language sql
as $$
  select 'active'::text
$$;
create table public.membership (organisation text, member uuid);
insert into public.membership values
  ('acme', '50000000-0000-4000-8000-000000000001'),
  ('globex', '50000000-0000-4000-8000-000000000002');
revoke all on public.membership from anon, authenticated, service_role;

select public.create_api_key(
  jsonb_build_object(
    'id', id, 'hash', repeat(digit, 64), 'owner', owner, 'name', owner, 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('5c000000-0000-4000-8000-000000000001', '1', 'acme'),
  ('5c000000-0000-4000-8000-000000000002', '2', 'globex'),
  ('5c000000-0000-4000-8000-000000000003', '3', '50000000-0000-4000-8000-000000000001')
) as key (id, digit, owner);
select public.record_api_key_usage(
  jsonb_build_object('entries', jsonb_agg(jsonb_build_object('id', id, 'hour', '2026-03-01T12:00:00Z', 'allowed', 1, 'refused', 0)))
)
from public.api_key;

select set_config('request.jwt.claims', '{"sub": "50000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
set local role authenticated;
select results_eq(
  'select name from public.api_key',
  array['50000000-0000-4000-8000-000000000001'],
  'as shipped, a member sees no key of an organisation'
);

reset role;
create or replace function public.list_readable_api_key_owners() returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select auth.uid()::text
  union all
  select organisation from public.membership where member = auth.uid()
$$;

set local role authenticated;
select results_eq(
  'select name from public.api_key order by name',
  array['50000000-0000-4000-8000-000000000001', 'acme'],
  'a member sees the keys of the organisation, and the own ones'
);
select is((select count(*) from public.api_key_usage), 2::bigint, 'and their usage');
select is((select count(*) from public.api_key_audit), 2::bigint, 'and their audit trail');
select throws_ok(
  'select * from public.api_key_secret',
  '42501',
  'permission denied for table api_key_secret',
  'but no hash'
);
select throws_ok(
  'delete from public.api_key',
  '42501',
  'permission denied for table api_key',
  'and changes nothing'
);

reset role;
delete from public.membership where organisation = 'acme';
set local role authenticated;
select results_eq(
  'select name from public.api_key',
  array['50000000-0000-4000-8000-000000000001'],
  'who leaves the organisation sees its keys no more'
);

reset role;
set local role anon;
select throws_ok(
  'select public.list_readable_api_key_owners()',
  '42501',
  'permission denied for function list_readable_api_key_owners',
  'anonymous cannot ask'
);

reset role;
select * from finish();
rollback;
