/** Changes with the tables. A file of another version is refused. */
export const schemaVersion = 2

/** Creates the tables of a new file. `sequence` is the order of creation. */
export const tablesSql = `
create table customers (
  sequence integer primary key autoincrement,
  id text not null unique,
  email text,
  created integer not null,
  deleted integer not null default 0,
  record text not null
) strict;
create index customers_by_email on customers (email, sequence);

create table customer_metadata (
  customer_id text not null,
  name text not null,
  lower_case_value text not null,
  primary key (customer_id, name)
) strict, without rowid;
create index customer_metadata_by_value on customer_metadata (name, lower_case_value);

create table subscriptions (
  sequence integer primary key autoincrement,
  id text not null unique,
  customer_id text not null,
  record text not null
) strict;
create index subscriptions_by_customer on subscriptions (customer_id, sequence);

create table events (
  sequence integer primary key autoincrement,
  id text not null unique,
  type text not null,
  body text not null
) strict;

create table webhook_deliveries (
  event_id text not null,
  url text not null,
  state text not null default 'pending',
  attempts integer not null default 0,
  next_attempt_at_ms integer not null,
  primary key (event_id, url)
) strict;
create index webhook_deliveries_due on webhook_deliveries (url, next_attempt_at_ms) where state = 'pending';

create table idempotency_keys (
  key text primary key,
  endpoint text not null,
  fingerprint text not null,
  request_id text not null,
  status integer not null,
  body text not null,
  created_at_ms integer not null
) strict;
create index idempotency_keys_by_age on idempotency_keys (created_at_ms);
`
