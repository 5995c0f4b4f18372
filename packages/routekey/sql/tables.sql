-- The tables of a keyring. A key is stored as a hash, in a table of its own. The other tables hold nothing that an owner must not see.

create table if not exists public.api_key (
  id uuid primary key,
  owner text not null check (char_length(owner) between 1 and 255),
  name text not null check (char_length(name) between 1 and 100),
  start text not null,
  scopes text[] not null,
  limits jsonb not null check (jsonb_typeof(limits) = 'array'),
  allowed_ips text[] not null,
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null,
  expires_at timestamptz,
  grace_ends_at timestamptz,
  disabled_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

comment on table public.api_key is 'One row for each API key. It holds neither the key nor its hash.';
comment on column public.api_key.owner is 'The user or organisation that the key belongs to; on Supabase, usually the id in auth.users.';
comment on column public.api_key.start is 'The first characters of the key, so that its owner recognises it.';
comment on column public.api_key.grace_ends_at is 'The key from before the last rotation is valid until then.';

create index if not exists api_key_newest on public.api_key (created_at desc, id desc);
create index if not exists api_key_newest_of_owner on public.api_key (owner, created_at desc, id desc);
create index if not exists api_key_unrevoked_of_owner on public.api_key (owner, created_at desc, id desc) where revoked_at is null;
create index if not exists api_key_ended_of_owner
on public.api_key (owner, (least(revoked_at, expires_at)) desc, id desc)
where least(revoked_at, expires_at) is not null;

create table if not exists public.api_key_secret (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  key_id uuid not null references public.api_key (id) on delete cascade,
  is_current boolean not null,
  grace_ends_at timestamptz,
  check (is_current = (grace_ends_at is null))
);

comment on table public.api_key_secret is 'The hashes of each key: the current one, and those from before a rotation.';

create index if not exists api_key_secret_of_key on public.api_key_secret (key_id);
create unique index if not exists api_key_secret_current on public.api_key_secret (key_id) where is_current;

-- A key has two secrets at most: the current one, and the one before, until its grace ends. Earlier versions kept more.
delete from public.api_key_secret as secret
where not secret.is_current
  and secret.hash <> (
    select newest.hash from public.api_key_secret as newest
    where newest.key_id = secret.key_id and not newest.is_current
    order by newest.grace_ends_at desc, newest.hash
    limit 1
  );
create unique index if not exists api_key_secret_previous on public.api_key_secret (key_id) where not is_current;
create index if not exists api_key_secret_grace_end on public.api_key_secret (grace_ends_at) where not is_current;

create table if not exists public.api_key_usage (
  key_id uuid not null references public.api_key (id) on delete cascade,
  hour timestamptz not null,
  allowed bigint not null check (allowed >= 0),
  refused bigint not null check (refused >= 0),
  primary key (key_id, hour)
);

create index if not exists api_key_usage_hour on public.api_key_usage (hour);

create table if not exists public.api_key_usage_writer (
  id uuid primary key,
  last_batch bigint not null,
  wrote_at timestamptz not null
);

comment on table public.api_key_usage_writer is 'One row for each process that counts usage: the last batch that was added, which is not added again.';

create index if not exists api_key_usage_writer_wrote on public.api_key_usage_writer (wrote_at);

create table if not exists public.api_key_audit (
  id bigint generated always as identity primary key,
  key_id uuid not null references public.api_key (id) on delete cascade,
  at timestamptz not null,
  actor text,
  action text not null check (action in ('created', 'updated', 'rotated', 'disabled', 'enabled', 'revoked')),
  changes jsonb not null
);

create index if not exists api_key_audit_of_key on public.api_key_audit (key_id, id desc);
create index if not exists api_key_audit_at on public.api_key_audit (at);

-- Where prune_api_keys continues. Its row is also a lock: of two calls at once, the second does nothing.
create table if not exists public.api_key_pruning (
  is_only_row boolean primary key default true check (is_only_row),
  last_owner text not null
);
insert into public.api_key_pruning (last_owner) values ('') on conflict do nothing;

comment on table public.api_key_pruning is 'One row: the owner whose keys prune_api_keys checked last.';

-- A role that does not own the tables reads no row until a policy lets it. Only Supabase needs it, but nothing is open before its grants.
alter table public.api_key enable row level security;
alter table public.api_key_secret enable row level security;
alter table public.api_key_usage enable row level security;
alter table public.api_key_audit enable row level security;
alter table public.api_key_usage_writer enable row level security;
alter table public.api_key_pruning enable row level security;
