-- The usage of all keys of one owner together: what it adds up, and who may ask.
begin;
select plan(11);

insert into auth.users (id, email) values
  ('51000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('51000000-0000-4000-8000-000000000002', 'stranger@example.com');

select public.create_api_key(
  jsonb_build_object(
    'id', id, 'hash', repeat(digit, 64), 'owner', owner, 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('5b000000-0000-4000-8000-000000000001', '1', '51000000-0000-4000-8000-000000000001'),
  ('5b000000-0000-4000-8000-000000000002', '2', '51000000-0000-4000-8000-000000000001'),
  ('5b000000-0000-4000-8000-000000000003', '3', '51000000-0000-4000-8000-000000000002')
) as key (id, digit, owner);
insert into public.api_key_usage (key_id, hour, allowed, refused) values
  ('5b000000-0000-4000-8000-000000000001', '2026-03-01T11:00:00Z', 500, 500),
  ('5b000000-0000-4000-8000-000000000001', '2026-03-01T12:00:00Z', 1, 2),
  ('5b000000-0000-4000-8000-000000000002', '2026-03-01T12:00:00Z', 10, 20),
  ('5b000000-0000-4000-8000-000000000002', '2026-03-01T14:00:00Z', 5000000000, 0),
  ('5b000000-0000-4000-8000-000000000003', '2026-03-01T12:00:00Z', 100, 200);

create temporary table call (statement text) on commit drop;
insert into call values
  ($$select public.sum_api_key_usage('{"owner": "51000000-0000-4000-8000-000000000001", "from": "2026-03-01T12:00:00Z"}')$$);
grant select on call to public;

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(statement, '42501', 'permission denied for function sum_api_key_usage', 'anonymous cannot ask') from call;

reset role;
select set_config('request.jwt.claims', '{"sub": "51000000-0000-4000-8000-000000000002", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok(statement, '42501', 'permission denied for function sum_api_key_usage', 'another user cannot ask') from call;

reset role;
select set_config('request.jwt.claims', '{"sub": "51000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok(
  statement, '42501', 'permission denied for function sum_api_key_usage', 'nor can the owner, but through the application'
) from call;

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
create temporary table answer on commit drop as
select (bucket ->> 'startsAt')::timestamptz as hour, bucket -> 'allowed' as allowed, bucket -> 'refused' as refused, position
from jsonb_array_elements(
  public.sum_api_key_usage('{"owner": "51000000-0000-4000-8000-000000000001", "from": "2026-03-01T12:00:00Z"}')
) with ordinality as item (bucket, position);
select is((select count(*) from answer), 2::bigint, 'hours without use are left out');
select is((select hour from answer where position = 1), '2026-03-01T12:00:00Z'::timestamptz, 'the oldest comes first');
select is((select allowed from answer where position = 1), '11'::jsonb, 'the allowed of all keys of the owner are added up');
select is((select refused from answer where position = 1), '22'::jsonb, 'and the refused, with nothing of another owner');
select is((select allowed from answer where position = 2), '5000000000'::jsonb, 'a sum may be larger than an integer');
select is_empty(
  $$select * from answer where hour < '2026-03-01T12:00:00Z'$$,
  'what lies before the asked time is left out'
);
select is(
  public.sum_api_key_usage('{"owner": "nobody", "from": "2026-03-01T12:00:00Z"}'), '[]'::jsonb, 'an owner without keys has no usage'
);
select is(public.sum_api_key_usage('{"from": "2026-03-01T12:00:00Z"}'), '[]'::jsonb, 'and no owner is nobody, not everybody');

reset role;
select * from finish();
rollback;
