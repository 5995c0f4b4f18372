-- The work that is left so that every profile has exactly one Stripe customer, with its current e-mail.
--
-- Work is a row, written in the transaction that makes it necessary, so a crash cannot lose it. Workers claim rows under a
-- lease, call Stripe, and record the result. Every function that records checks the lease, so a slow worker cannot
-- overwrite what another one has done since.
--
-- All instants come from the database. Callers pass durations, so the clocks of the instances need not agree.
--
-- Locks are always taken on the profile first and on the work row second, because the triggers below hold the profile.

create table if not exists public.stripe_customer_work (
  -- No foreign key: the row outlives its profile, as the tombstone from which the customer is deleted.
  profile_id uuid primary key,
  kind text not null default 'create' check (kind in ('create', 'update', 'delete')),
  state text not null default 'pending' check (state in ('pending', 'waiting', 'done', 'failed', 'dismissed')),
  revision integer not null default 1,
  key_number integer not null default 1,
  idempotency_key text not null generated always as ('customer-' || profile_id::text || '-' || key_number::text) stored,
  parameters jsonb,
  stripe_customer text,
  attempts integer not null default 0 check (attempts >= 0),
  first_attempt_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  lease_token uuid,
  unsettled_until timestamptz,
  last_error jsonb,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  failed_at timestamptz,
  check ((state = 'done') = (done_at is not null)),
  check ((state = 'failed') = (failed_at is not null)),
  check (state = 'pending' or lease_token is null),
  check ((parameters is null) = (first_attempt_at is null))
);

-- Rows of earlier versions that are done need no look at Stripe; rows that are not done may be of any age.
do $$
begin
  if not exists (
    select from pg_catalog.pg_attribute
    where attrelid = 'public.stripe_customer_work'::regclass and attname = 'look_first'
  ) then
    alter table public.stripe_customer_work
      add column look_first boolean not null default false,
      add column key_since timestamptz;
    alter table public.stripe_customer_work alter column look_first set default true;
    update public.stripe_customer_work set look_first = true where state <> 'done' and parameters is null;
  end if;
end
$$;

comment on table public.stripe_customer_work is 'The outbox to Stripe. One row for every profile, kept after the profile is deleted.';
comment on column public.stripe_customer_work.revision is 'Counts changes to the row by others than its worker, so that work based on an older state does not close it.';
comment on column public.stripe_customer_work.idempotency_key is 'The key under which the customer is created. Changes only once the earlier key certainly created no customer that still exists.';
comment on column public.stripe_customer_work.parameters is 'The parameters of customers.create, frozen at the first attempt, because Stripe refuses a key with other parameters.';
comment on column public.stripe_customer_work.look_first is 'A customer may exist that the row does not know: Stripe is asked before anything is created, or before a link is trusted.';
comment on column public.stripe_customer_work.key_since is 'When the key was taken. Stripe forgets it a day after it was sent. Null if unknown.';
comment on column public.stripe_customer_work.stripe_customer is 'The customer, even after its profile is deleted.';
comment on column public.stripe_customer_work.next_attempt_at is 'When the row can be claimed: at the next attempt, or at the end of the lease.';
comment on column public.stripe_customer_work.lease_token is 'The token of the worker that claimed the row last, until that worker reports.';
comment on column public.stripe_customer_work.unsettled_until is 'Until then, a request without a response may still take effect in Stripe.';

create index if not exists stripe_customer_work_due on public.stripe_customer_work (next_attempt_at) where state = 'pending';

-- Row-level security without a policy and no grant to write: the service role reads, and the functions write.
alter table public.stripe_customer_work enable row level security;
