-- One profile for every user, written in the transaction of the sign-up.
--
-- The functions on auth.users catch what goes wrong and warn, because a trigger that raises there turns a visitor away.
-- What they could not write is put right later by restore_missing_profiles.

create table public.profile (
  id uuid primary key references auth.users (id) on delete cascade,
  email text,
  stripe_customer text unique check (stripe_customer like 'cus\_%'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.profile is 'One row for every user. Written by triggers and by the service role only.';
comment on column public.profile.email is 'Follows auth.users.email; null for a user without an address.';
comment on column public.profile.stripe_customer is 'The one Stripe customer of this user; null until it exists.';

alter table public.profile enable row level security;

-- Hosted Supabase grants new tables to all of its roles by default.
revoke all on table public.profile from public, anon, authenticated, service_role;
grant select on table public.profile to authenticated;
grant select, insert, update, delete on table public.profile to service_role;

create policy "Owners can read their own profile" on public.profile
  for select to authenticated
  using (id = (select auth.uid()));

create function public.set_profile_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create trigger set_profile_updated_at
  before update on public.profile
  for each row execute function public.set_profile_updated_at();

-- Security definer: Supabase Auth's own role may not write to the public schema.
create function public.create_profile_for_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profile (id, email) values (new.id, new.email) on conflict do nothing;
  return null;
exception when others then
  raise warning 'No profile was created for user %: % (%)', new.id, sqlerrm, sqlstate;
  return null;
end
$$;

create trigger create_profile_for_user
  after insert on auth.users
  for each row execute function public.create_profile_for_user();

create function public.copy_user_email_to_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.profile set email = new.email where id = new.id;
  return null;
exception when others then
  raise warning 'The e-mail of profile % was not updated: % (%)', new.id, sqlerrm, sqlstate;
  return null;
end
$$;

create trigger copy_user_email_to_profile
  after update of email on auth.users
  for each row
  when (new.email is distinct from old.email and new.deleted_at is null)
  execute function public.copy_user_email_to_profile();

-- A soft deletion leaves the row in auth.users, so the foreign key does not cascade, and the user would go on being
-- billed. This one may raise: a deletion and what follows from it stand or fall together.
create function public.delete_profile_of_soft_deleted_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.profile where id = new.id;
  return null;
end
$$;

create trigger delete_profile_of_soft_deleted_user
  after update of deleted_at on auth.users
  for each row
  when (new.deleted_at is not null and old.deleted_at is null)
  execute function public.delete_profile_of_soft_deleted_user();

revoke all on function
  public.set_profile_updated_at(),
  public.create_profile_for_user(),
  public.copy_user_email_to_profile(),
  public.delete_profile_of_soft_deleted_user()
from public, anon, authenticated, service_role;
