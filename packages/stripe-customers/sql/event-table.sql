-- Applies changes of customers in Stripe's dashboard to their profiles, through the events that Stripe sends.
--
-- One function records an event and applies it in one transaction. An event that could not be applied is not recorded
-- either, so Stripe sends it again. Events arrive late, twice and in any order, so none shows the present state. But a
-- deletion is final whenever it arrives, and a change only makes the work due, which reads the present state.

create table if not exists public.stripe_event (
  id text primary key check (id like 'evt\_%' and length(id) <= 255),
  type text not null check (type in ('customer.deleted', 'customer.updated')),
  stripe_customer text not null check (stripe_customer like 'cus\_%'),
  profile_id uuid,
  outcome text not null check (outcome in ('unlinked', 'reopened', 'unchanged', 'unknown_customer')),
  received_at timestamptz not null default now()
);

comment on table public.stripe_event is 'The events from Stripe of the last 31 days, so that each is applied once. Stripe can send an event again for 30 days.';
comment on column public.stripe_event.profile_id is 'The profile that had the customer. Null if none had it.';

create index if not exists stripe_event_received_at on public.stripe_event (received_at);
create index if not exists stripe_event_deleted on public.stripe_event (stripe_customer) where type = 'customer.deleted';

alter table public.stripe_event enable row level security;
