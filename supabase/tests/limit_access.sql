-- Who can use the counters of limiters: only the service role.
begin;
select plan(36);

create temporary table call (name text, statement text) on commit drop;
insert into call
select name, format(
  $$select public.%s('{"hash": "%s", "points": 2, "windowSeconds": 60}')$$, name, repeat('a', 64)
)
from unnest(array[
  'add_limit_points', 'consume_limit', 'consume_limits', 'reward_limit', 'get_limit', 'delete_limit', 'use_api_key'
]) as name;
create temporary table write (statement text) on commit drop;
insert into write values
  ('select * from public.limit_counter'),
  ($$insert into public.limit_counter values (repeat('b', 64), 0, now())$$),
  ('update public.limit_counter set points = 0'),
  ('delete from public.limit_counter'),
  ('truncate public.limit_counter');
grant select on call, write to public;

select ok(relrowsecurity, 'row-level security is on') from pg_class where oid = 'public.limit_counter'::regclass;
select policies_are('public', 'limit_counter', array[]::name[]);

set local role anon;
select throws_ok(statement, '42501', 'permission denied for table limit_counter', 'anonymous cannot: ' || statement)
from write;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'anonymous cannot call ' || name) from call;

reset role;
set local role authenticated;
select throws_ok(statement, '42501', 'permission denied for table limit_counter', 'a user cannot: ' || statement) from write;
select throws_ok(statement, '42501', 'permission denied for function ' || name, 'a user cannot call ' || name) from call;

reset role;
set local role service_role;
select is(
  public.consume_limit(jsonb_build_object('hash', repeat('a', 64), 'points', 2, 'windowSeconds', 60)) ->> 'points',
  '2',
  'the service role counts'
);
select is(
  public.reward_limit(jsonb_build_object('hash', repeat('a', 64), 'points', 1)) ->> 'points',
  '1',
  'returns points'
);
select is(public.get_limit(jsonb_build_object('hash', repeat('a', 64))) ->> 'points', '1', 'reads a counter');
create temporary table counters as
select jsonb_agg(jsonb_build_object('hash', repeat(letter, 64), 'quota', 4, 'windowSeconds', 60)) as input
from unnest(array['a', 'b']) as letter;
select is(
  public.consume_limits(jsonb_build_object('points', 3, 'counters', input)), '[1, 0]', 'counts in several counters'
)
from counters;
select is(
  public.consume_limits(jsonb_build_object('points', 2, 'counters', input)), '[4, 3]', 'in all of them or in none'
)
from counters;
select is(
  public.get_limit(jsonb_build_object('hash', repeat('b', 64))) ->> 'points', '3', 'also if the first would refuse'
);
select is(public.use_api_key('{"hash": "x", "cost": 1, "points": 1, "scopes": []}'), null, 'and finds no unknown key');
select is(public.delete_limit(jsonb_build_object('hash', repeat('a', 64))), to_jsonb(true), 'deletes a counter');
select is(public.get_limit(jsonb_build_object('hash', repeat('a', 64))), null, 'and finds it no more');
select throws_ok(
  'truncate public.limit_counter',
  '42501',
  'permission denied for table limit_counter',
  'the service role cannot truncate the counters'
);

select * from finish();
rollback;
