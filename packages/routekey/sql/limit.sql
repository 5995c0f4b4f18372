-- Counters for createPostgresLimiter and createSupabaseLimiter.
--
-- The name of a counter is stored as a hash, because it may contain an e-mail or IP address. Each function takes one JSON document
-- and returns one, runs with the rights of the caller, and uses the clock of the database, which all instances share. A window
-- starts with the first call of a counter, and later calls do not extend it.

create table if not exists public.limit_counter (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  points bigint not null check (points >= 0),
  ends_at timestamptz not null
);

comment on table public.limit_counter is 'One row for each counter of a limiter. It means nothing after ends_at.';

create index if not exists limit_counter_end on public.limit_counter (ends_at);

-- A role that does not own the table reads no row until a policy lets it.
alter table public.limit_counter enable row level security;

-- Returns a counter as the library reads it. `statement_timestamp` is the same in all parts of a statement, also after a wait for
-- a lock.
create or replace function public.describe_limit(limit_counter public.limit_counter) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'points', limit_counter.points,
    'msBeforeNext', ceil(extract(epoch from limit_counter.ends_at - statement_timestamp()) * 1000)::bigint
  )
$$;

-- Adds `points` to a counter, and starts a new window if the last one is over. With a `quota`, a counter that would then have more stays
-- as it is, and the result is null. One statement, so concurrent calls count one after the other, in the order in which they get the lock
-- of the row, which they keep until the end of the transaction.
create or replace function public.add_limit_points(input jsonb) returns public.limit_counter
language plpgsql
set search_path = ''
as $$
declare
  added constant bigint := input ->> 'points';
  quota constant bigint := input ->> 'quota';
  consumed public.limit_counter;
begin
  insert into public.limit_counter as counter (hash, points, ends_at)
  values (
    input ->> 'hash',
    added,
    statement_timestamp() + make_interval(secs => (input ->> 'windowSeconds')::double precision)
  )
  on conflict (hash) do update set
    points = case
      when counter.ends_at > statement_timestamp() then
        -- The largest whole number that JSON carries exactly.
        least(counter.points + excluded.points, 9007199254740991)
      else excluded.points
    end,
    ends_at = case when counter.ends_at > statement_timestamp() then counter.ends_at else excluded.ends_at end
  where quota is null
    or added + case when counter.ends_at > statement_timestamp() then counter.points else 0 end <= quota
  returning * into consumed;

  -- Each new window deletes more rows than it adds, so the table holds little more than the current windows. It skips locked rows,
  -- so it neither waits nor deadlocks.
  if consumed.points = added then
    delete from public.limit_counter
    where hash = any (array(
      select expired.hash from public.limit_counter as expired
      where expired.ends_at <= statement_timestamp()
      order by expired.ends_at
      limit 10
      for update skip locked
    ));
  end if;
  return consumed;
end
$$;

-- Adds points to one counter, also if it then has too many.
create or replace function public.consume_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  select public.describe_limit(public.add_limit_points(input))
$$;

-- Adds points to all `counters`, or to none if one of them would then have more than its quota. Returns the points that each had before,
-- in the order of the input: the caller sees from them whether the points were added. A quota of at least the points is required.
create or replace function public.consume_limits(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  added constant bigint := input ->> 'points';
  item record;
  consumed public.limit_counter;
  taken text[] := '{}';
  before bigint[];
begin
  for item in
    select counter.value || jsonb_build_object('points', added) as input, counter.position
    from jsonb_array_elements(input -> 'counters') with ordinality as counter (value, position)
    -- The order of locks is the same in all calls, so that no two wait for each other.
    order by counter.value ->> 'hash'
  loop
    consumed := public.add_limit_points(item.input);
    if consumed.hash is null then
      update public.limit_counter set points = points - added where hash = any (taken);
      return (
        select jsonb_agg(coalesce(current.points, 0) order by counter.position)
        from jsonb_array_elements(input -> 'counters') with ordinality as counter (value, position)
        left join public.limit_counter as current
          on current.hash = counter.value ->> 'hash' and current.ends_at > statement_timestamp()
      );
    end if;
    taken := taken || consumed.hash;
    before[item.position] := consumed.points - added;
  end loop;
  return to_jsonb(before);
end
$$;

-- Returns points to a counter. Returns null if its window is over: points must not go to the next one.
create or replace function public.reward_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  with rewarded as (
    update public.limit_counter as counter
    set points = greatest(counter.points - (input ->> 'points')::bigint, 0)
    where counter.hash = input ->> 'hash' and counter.ends_at > statement_timestamp()
    returning public.describe_limit(counter) as count
  )
  select coalesce((select rewarded.count from rewarded), public.check_visible_rows('rw', 'public.limit_counter'))
$$;

-- Reads a counter; null if its window is over.
create or replace function public.get_limit(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select public.describe_limit(counter)
      from public.limit_counter as counter
      where counter.hash = input ->> 'hash' and counter.ends_at > statement_timestamp()
    ),
    public.check_visible_rows('r', 'public.limit_counter')
  )
$$;

-- Deletes a counter, and returns whether there was one.
create or replace function public.delete_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  with deleted as (
    delete from public.limit_counter as counter where counter.hash = input ->> 'hash' returning counter.ends_at
  )
  select coalesce(
    (select to_jsonb(deleted.ends_at > statement_timestamp()) from deleted),
    public.check_visible_rows('rd', 'public.limit_counter'),
    'false'
  )
$$;

-- Finds a key like find_api_key, and counts the request in the limits of the key, in one call. It counts only if the key surely passes
-- all other checks: for a key with `allowedIps`, and for scopes whose wildcards are not in `scopes`, the library decides, and counts
-- with consume_limits. `usedPoints` is then missing. `scopes` lists for each required scope what covers it, and the names and
-- windows of the counters are those of the library.
create or replace function public.use_api_key(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  found_key constant jsonb := public.find_api_key(input);
  api_key constant jsonb := found_key -> 'record';
  counters jsonb;
begin
  if api_key -> 'limits' = '[]'
    or api_key -> 'allowedIps' <> '[]'
    or api_key ->> 'revokedAt' is not null
    or api_key ->> 'disabledAt' is not null
    or (api_key ->> 'expiresAt')::timestamptz <= statement_timestamp()
    or (found_key ->> 'graceEndsAt')::timestamptz <= statement_timestamp()
    or (found_key ->> 'isOwnerActive')::boolean is not true
    or exists (
      select from jsonb_array_elements(input -> 'scopes') as required (patterns)
      where not api_key -> 'scopes' ?| public.read_api_key_texts(required.patterns)
    )
  then
    return found_key;
  end if;

  select jsonb_agg(
    jsonb_build_object(
      'hash', encode(sha256(convert_to(
        concat_ws(':', api_key ->> 'id', own.name, own.seconds, floor(extract(epoch from statement_timestamp()) / own.seconds)),
        'UTF8'
      )), 'hex'),
      'quota', least(own.quota, (input ->> 'points')::bigint),
      'windowSeconds', own.seconds + 60
    )
    order by own.position
  )
  into counters
  from (
    select value ->> 'name' as name, (value ->> 'quota')::bigint as quota, (value ->> 'windowSeconds')::bigint as seconds, position
    from jsonb_array_elements(api_key -> 'limits') with ordinality as element (value, position)
  ) as own
  having min(least(own.quota, (input ->> 'points')::bigint)) >= (input ->> 'cost')::bigint;
  if counters is null then
    return found_key;
  end if;
  return found_key || jsonb_build_object(
    'usedPoints', public.consume_limits(jsonb_build_object('points', input -> 'cost', 'counters', counters))
  );
end
$$;
