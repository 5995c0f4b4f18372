-- The usage of one key, and of all keys of an owner together.
begin;
select plan(14);

-- Here, any text is an active owner.
create or replace function public.get_api_key_owner_state(owner text) returns text
language sql
as $$
  select 'active'::text
$$;

select public.create_api_key(
  jsonb_build_object(
    'id', id, 'hash', repeat(digit, 64), 'owner', owner, 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
)
from (values
  ('5b000000-0000-4000-8000-000000000001', '1', 'ada'),
  ('5b000000-0000-4000-8000-000000000002', '2', 'ada'),
  ('5b000000-0000-4000-8000-000000000003', '3', 'bob')
) as key (id, digit, owner);
insert into public.api_key_usage (key_id, hour, allowed, refused) values
  ('5b000000-0000-4000-8000-000000000001', '2026-03-01T11:00:00Z', 500, 500),
  ('5b000000-0000-4000-8000-000000000001', '2026-03-01T12:00:00Z', 1, 2),
  ('5b000000-0000-4000-8000-000000000002', '2026-03-01T12:00:00Z', 10, 20),
  ('5b000000-0000-4000-8000-000000000002', '2026-03-01T14:00:00Z', 5000000000, 0),
  ('5b000000-0000-4000-8000-000000000003', '2026-03-01T12:00:00Z', 100, 200);

create function pg_temp.usage(target jsonb) returns jsonb
language sql
as $$
  select public.read_api_key_usage('{"unit": "hour", "from": "2026-03-01T12:00:00Z"}'::jsonb || target)
$$;

create temporary table answer on commit drop as
select (bucket ->> 'startsAt')::timestamptz as hour, bucket -> 'allowed' as allowed, bucket -> 'refused' as refused, position
from jsonb_array_elements(pg_temp.usage('{"owner": "ada"}')) with ordinality as item (bucket, position);
select is((select count(*) from answer), 2::bigint, 'hours without use and hours before `from` are left out');
select is((select hour from answer where position = 1), '2026-03-01T12:00:00Z'::timestamptz, 'the oldest hour comes first');
select is((select allowed from answer where position = 1), '11'::jsonb, 'the allowed requests of all keys are added up');
select is((select refused from answer where position = 1), '22'::jsonb, 'and the refused, without those of another owner');
select is((select allowed from answer where position = 2), '5000000000'::jsonb, 'a sum can be larger than an integer');
select is(pg_temp.usage('{"owner": "nobody"}'), '[]'::jsonb, 'an owner without keys has no usage');
select is(pg_temp.usage('{}'), '[]'::jsonb, 'without an owner, nothing is added up');

select is(
  pg_temp.usage('{"id": "5b000000-0000-4000-8000-000000000001", "owner": "ada"}') #> '{0,allowed}',
  '1'::jsonb,
  'with an id, only that key counts'
);
select is(pg_temp.usage('{"id": "5b000000-0000-4000-8000-000000000001", "owner": "bob"}'), null, 'a key of another owner is unknown');
select is(pg_temp.usage('{"id": "5b000000-0000-4000-8000-000000000009"}'), null, 'and so is a key that does not exist');

-- A batch of a writer is added once.
create function pg_temp.record(number bigint) returns jsonb
language sql
as $$
  select public.record_api_key_usage(
    jsonb_build_object(
      'writer', '5e000000-0000-4000-8000-000000000001', 'number', number,
      'entries', '[{"id": "5b000000-0000-4000-8000-000000000003", "hour": "2026-03-01T15:00:00Z", "allowed": 7, "refused": 0}]'::jsonb
    )
  )
$$;
select is(pg_temp.record(1), 'true', 'a first batch is added');
select is(pg_temp.record(1), 'false', 'but not again');
select is(pg_temp.record(2), 'true', 'the next one is added');
select is(
  pg_temp.usage('{"owner": "bob"}') #> '{1,allowed}',
  '14'::jsonb,
  'and both count once'
);

select * from finish();
rollback;
