-- Whether the wake-ups arrive. A lost one costs seconds, so nobody would notice that all are lost.

alter table public.stripe_customer_work
  add column if not exists claimed_by text check (claimed_by in ('wake_up', 'schedule')),
  add column if not exists made_by text check (made_by in ('wake_up', 'schedule')),
  add column if not exists made_at timestamptz;

comment on column public.stripe_customer_work.claimed_by is 'Who claimed the row last: a call for this profile, such as a wake-up causes, or a sweep.';
comment on column public.stripe_customer_work.made_by is 'Who had claimed the row when its customer was created or found.';

create index if not exists stripe_customer_work_made on public.stripe_customer_work (made_at) include (made_by) where made_at is not null;

create table if not exists public.stripe_customer_wake_up (
  request_id bigint primary key,
  sent_at timestamptz not null default now()
);

comment on table public.stripe_customer_wake_up is 'The requests of the last hours to the route, by which their responses are found in net._http_response.';

create index if not exists stripe_customer_wake_up_sent_at on public.stripe_customer_wake_up (sent_at);

alter table public.stripe_customer_wake_up enable row level security;

-- Remembers a request of pg_net, and forgets some old ones, so that the table holds about two hours.
create or replace function public.remember_stripe_customer_wake_up(request bigint) returns void
language sql
security definer
set search_path = ''
as $$
  -- The numbers of pg_net begin again when the extension is created again.
  insert into public.stripe_customer_wake_up as wake_up (request_id) values (request)
  on conflict (request_id) do update set sent_at = excluded.sent_at;

  delete from public.stripe_customer_wake_up as wake_up
  where wake_up.request_id in (
    select old.request_id
    from public.stripe_customer_wake_up as old
    where old.sent_at < now() - interval '2 hours'
    order by old.sent_at
    limit 5
    for update skip locked
  );
$$;

-- Reports the last hour: who made the customers, and what became of the newest 1,000 wake-ups. A result is the status of the
-- response, 'timeout', 'unreachable', or 'no_response' after two minutes.
create or replace function public.report_stripe_customer_wake_ups()
returns table (
  installed boolean,
  configured boolean,
  made_by_wake_up bigint,
  made_by_schedule bigint,
  results jsonb,
  newest_results text[]
)
language plpgsql
stable
security definer
set search_path = ''
-- The tables of pg_net may never have been analyzed. A nested loop would then compare each request with each response.
set enable_nestloop = off
as $$
begin
  select count(*) filter (where work.made_by = 'wake_up'), count(*) filter (where work.made_by = 'schedule')
  into made_by_wake_up, made_by_schedule
  from public.stripe_customer_work as work
  where work.made_at > now() - interval '1 hour';

  -- In the catalogue, because to_regclass raises for a role without rights on the schema.
  select count(*) = 2 into installed
  from pg_catalog.pg_class
  where (relnamespace, relname) in ((to_regnamespace('net'), '_http_response'), (to_regnamespace('vault'), 'decrypted_secrets'))
    and has_schema_privilege(relnamespace, 'usage')
    and has_table_privilege(oid, 'select');
  configured := false;
  results := '{}';
  newest_results := '{}';
  if not installed then
    return next;
    return;
  end if;

  select count(distinct secret.name) = 2 into configured
  from vault.decrypted_secrets as secret
  where secret.name in ('api_route_url', 'api_route_secret');

  with wake_up as (
    select sent.request_id, sent.sent_at
    from public.stripe_customer_wake_up as sent
    where sent.sent_at > now() - interval '1 hour'
    order by sent.sent_at desc
    limit 1000
  ),
  settled as (
    select
      wake_up.request_id,
      wake_up.sent_at,
      case
        when response.id is null then 'no_response'
        when response.timed_out then 'timeout'
        when response.status_code is null then 'unreachable'
        else response.status_code::text
      end as result
    from wake_up
    left join net._http_response as response
      on response.id = wake_up.request_id
      and response.created >= wake_up.sent_at
      and response.created > now() - interval '1 hour'
    where response.id is not null or wake_up.sent_at < now() - interval '2 minutes'
  )
  select
    coalesce((
      select jsonb_object_agg(counted.result, counted.count)
      from (select settled.result, count(*) as count from settled group by settled.result) as counted
    ), '{}'),
    array(select settled.result from settled order by settled.sent_at desc, settled.request_id desc limit 3)
  into results, newest_results;
  return next;
end
$$;
