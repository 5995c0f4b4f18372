-- Lets owners see their own keys, usage and audit trail through the Data API, and nobody but the service role change them.
--
-- Owners need no view: the hash stands in api_key_secret, on which they have no right at all.

revoke all on table public.api_key, public.api_key_secret, public.api_key_usage, public.api_key_audit
from public, anon, authenticated, service_role;
grant select on table public.api_key, public.api_key_usage, public.api_key_audit to authenticated;
grant select, insert, update, delete
on table public.api_key, public.api_key_secret, public.api_key_usage, public.api_key_audit
to service_role;

-- The owner of a key may be an organisation, so it is text; auth.uid() is the user.
create policy "Owners can read their own keys" on public.api_key
  for select to authenticated
  using (owner = (select auth.uid())::text);

create policy "Owners can read the usage of their own keys" on public.api_key_usage
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = (select auth.uid())::text));

create policy "Owners can read the audit trail of their own keys" on public.api_key_audit
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = (select auth.uid())::text));

-- Hosted Supabase grants new functions to all of its roles by default.
revoke all on function
  public.describe_api_key(public.api_key),
  public.read_text_array(jsonb),
  public.audit_api_key(public.api_key, jsonb, text, jsonb),
  public.create_api_key(jsonb),
  public.find_api_key(jsonb),
  public.get_api_key(jsonb),
  public.list_api_keys(jsonb),
  public.change_api_key(jsonb),
  public.rotate_api_key(jsonb),
  public.record_api_key_usage(jsonb),
  public.read_api_key_usage(jsonb),
  public.read_api_key_audit(jsonb),
  public.announce_api_key_change()
from anon, authenticated, service_role;
grant execute on function
  public.describe_api_key(public.api_key),
  public.read_text_array(jsonb),
  public.audit_api_key(public.api_key, jsonb, text, jsonb),
  public.create_api_key(jsonb),
  public.find_api_key(jsonb),
  public.get_api_key(jsonb),
  public.list_api_keys(jsonb),
  public.change_api_key(jsonb),
  public.rotate_api_key(jsonb),
  public.record_api_key_usage(jsonb),
  public.read_api_key_usage(jsonb),
  public.read_api_key_audit(jsonb)
to service_role;

-- A user who is gone has no keys. Like the tombstone of the Stripe customer it may raise: a deletion and what follows from it
-- stand or fall together.
create function public.delete_api_keys_of_deleted_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.api_key where owner = old.id::text;
  return null;
end
$$;

create trigger delete_api_keys_of_deleted_profile
  after delete on public.profile
  for each row execute function public.delete_api_keys_of_deleted_profile();

revoke all on function public.delete_api_keys_of_deleted_profile() from public, anon, authenticated, service_role;
