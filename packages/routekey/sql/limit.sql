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

-- Adds points, and starts a new window if the last one is over. One statement, so concurrent calls count one after the other.
create or replace function public.consume_limit(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  consumed public.limit_counter;
begin
  insert into public.limit_counter as counter (hash, points, ends_at)
  values (
    input ->> 'hash',
    (input ->> 'points')::bigint,
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
  returning * into consumed;

  -- Each new window deletes more rows than it adds, so the table holds little more than the current windows. It skips locked rows,
  -- so it neither waits nor deadlocks.
  if consumed.points = (input ->> 'points')::bigint then
    delete from public.limit_counter
    where hash = any (array(
      select expired.hash from public.limit_counter as expired
      where expired.ends_at <= statement_timestamp()
      order by expired.ends_at
      limit 10
      for update skip locked
    ));
  end if;
  return public.describe_limit(consumed);
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
