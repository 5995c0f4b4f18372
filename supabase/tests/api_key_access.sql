-- Who can read and change API keys: owners read their own, the service role does everything, and only it reads a hash.
begin;
select plan(88);

insert into auth.users (id, email) values
  ('50000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('50000000-0000-4000-8000-000000000002', 'stranger@example.com');

select public.create_api_key(
  jsonb_build_object(
    'id', '5a000000-0000-4000-8000-000000000001', 'hash', repeat('a', 64),
    'owner', '50000000-0000-4000-8000-000000000001', 'name', 'CI', 'start', 'acme_ab12', 'scopes', '[]'::jsonb,
    'limits', '[]'::jsonb, 'allowedIps', '[]'::jsonb, 'metadata', '{}'::jsonb, 'at', '2026-03-01T12:00:00Z'
  )
);
select public.record_api_key_usage(
  '{"entries": [{"id": "5a000000-0000-4000-8000-000000000001", "hour": "2026-03-01T12:00:00Z", "allowed": 1, "refused": 2}]}'
);

-- Not so old that pruning deletes it.
update public.api_key_audit set at = now();

create temporary table shown (name text) on commit drop;
insert into shown values ('api_key'), ('api_key_usage'), ('api_key_audit');
create temporary table guarded (name text) on commit drop;
insert into guarded select name from shown union all values ('api_key_secret');

create temporary table write (name text, statement text) on commit drop;
insert into write values
  ('api_key', $$update public.api_key set scopes = '{*}'$$),
  ('api_key', $$update public.api_key set owner = '50000000-0000-4000-8000-000000000002'$$),
  ('api_key', 'delete from public.api_key'),
  ('api_key_secret', $$insert into public.api_key_secret values (repeat('b', 64), gen_random_uuid(), true, null)$$),
  ('api_key_usage', 'delete from public.api_key_usage'),
  ('api_key_audit', 'delete from public.api_key_audit'),
  ('api_key_audit', 'truncate public.api_key_audit');

create temporary table call (name text, statement text) on commit drop;
insert into call
select name, format($$select public.%s('{"id": "5a000000-0000-4000-8000-000000000001", "limit": 1}')$$, name)
from unnest(array[
  'create_api_key', 'find_api_key', 'get_api_key', 'list_api_keys', 'change_api_key', 'rotate_api_key', 'revoke_api_keys',
  'delete_api_keys', 'record_api_key_usage', 'read_api_key_usage', 'read_api_key_audit', 'prune_api_keys'
]) as name;
grant select on shown, guarded, write, call to public;

select ok(
  (select relrowsecurity from pg_class where oid = format('public.%I', name)::regclass),
  'row-level security is on for ' || name
) from guarded;
select policies_are('public', 'api_key', array['Owners can read their own keys']);
select policies_are('public', 'api_key_usage', array['Owners can read the usage of their own keys']);
select policies_are('public', 'api_key_audit', array['Owners can read the audit trail of their own keys']);
select policies_are('public', 'api_key_secret', array[]::name[]);
select ok(
  not has_sequence_privilege(role, 'public.api_key_audit_id_seq', 'usage, select, update'),
  role || ' cannot use the sequence of the audit trail'
) from unnest(array['anon', 'authenticated', 'service_role']) as role;
select hasnt_column('public', 'api_key', 'hash', 'what owners read has no hash');
select is_empty(
  $$select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and proname ~ 'api_key' and proname <> 'list_readable_api_key_owners'
      and (has_function_privilege('anon', oid, 'execute') or has_function_privilege('authenticated', oid, 'execute'))$$,
  'users can execute no function about keys, except the one that names the owners whose keys they read'
);

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(
  'select * from public.' || name,
  '42501',
  'permission denied for table ' || name,
  'anonymous cannot read ' || name
) from guarded;
select throws_ok(statement, '42501', 'permission denied for table ' || name, 'anonymous cannot: ' || statement) from write;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'anonymous cannot call ' || name) from call;

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "50000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select is_empty('select * from public.' || name, 'another user sees nothing of ' || name) from shown;
select throws_ok(
  'select * from public.api_key_secret',
  '42501',
  'permission denied for table api_key_secret',
  'another user cannot read a hash'
);

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "50000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq('select name, start from public.api_key', $$values ('CI', 'acme_ab12')$$, 'the owner sees the key');
select results_eq(
  'select allowed, refused from public.api_key_usage',
  $$values (1::bigint, 2::bigint)$$,
  'the owner sees its usage'
);
select results_eq('select action from public.api_key_audit', array['created'], 'the owner sees its audit trail');
select throws_ok(
  'select hash from public.api_key_secret',
  '42501',
  'permission denied for table api_key_secret',
  'the owner cannot read the hash'
);
select throws_ok(statement, '42501', 'permission denied for table ' || name, 'the owner cannot: ' || statement) from write;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'the owner cannot call ' || name) from call;

reset role;
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
set local role authenticated;
select is_empty('select * from public.' || name, 'a token without a subject sees nothing of ' || name) from shown;

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select lives_ok(statement, 'the service role can call ' || name)
from call where name not in ('create_api_key', 'rotate_api_key', 'change_api_key');
select is(
  public.find_api_key(jsonb_build_object('hash', repeat('a', 64))) #>> '{record,name}',
  'CI',
  'the service role finds a key by its hash'
);
select is(
  public.change_api_key(
    '{"id": "5a000000-0000-4000-8000-000000000001", "at": "2026-03-01T13:00:00Z", "action": "updated", "set": {"name": "New"}}'
  ) ->> 'name',
  'New',
  'the service role changes a key'
);

select throws_ok(
  statement,
  '42501',
  'permission denied for table ' || name,
  'the service role cannot: ' || statement
) from (values
  ('api_key', 'delete from public.api_key'),
  ('api_key_audit', 'update public.api_key_audit set at = now()'),
  ('api_key_audit', 'delete from public.api_key_audit'),
  ('api_key_audit', 'truncate public.api_key_audit'),
  ('api_key_pruning', 'select * from public.api_key_pruning')
) as refused (name, statement);
select throws_ok(
  format('select public.%s(''ada'', now(), 1)', name),
  '42501',
  'permission denied for function ' || name,
  'the service role cannot call ' || name
) from unnest(array['delete_oldest_ended_api_keys', 'prune_api_keys_of_owner']) as name;
select is(
  public.prune_api_keys('{"at": "2999-01-01T00:00:00Z", "limit": 1000}'),
  '{"keys": 0, "secrets": 0, "auditEntries": 0, "usageHours": 0}',
  'a clock that is ahead prunes only rows that are old by the clock of the database'
);
select isnt_empty('select 1 from public.api_key_audit', 'the audit trail is still there');

reset role;
delete from auth.users where id = '50000000-0000-4000-8000-000000000001';
select is_empty('select * from public.api_key', 'the keys of a deleted user are gone');
select is_empty('select * from public.api_key_secret', 'and their hashes');

select * from finish();
rollback;
