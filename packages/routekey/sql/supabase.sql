-- What a keyring and its limiter need on Supabase, after the output of `npx routekey sql`. Owners read their own keys, usage and audit
-- trail through the Data API. Only the service role changes them, and only it reads a hash or uses the counters of limiters. It deletes
-- no key and changes no entry of the audit trail, except through the functions.
--
-- Supabase may grant new tables and functions to all of its API roles, depending on the age and settings of the project. So
-- everything is revoked first.

revoke all on table
  public.api_key, public.api_key_secret, public.api_key_usage, public.api_key_usage_writer, public.api_key_audit,
  public.api_key_pruning, public.limit_counter
from public, anon, authenticated, service_role;
revoke all on sequence public.api_key_audit_id_seq from public, anon, authenticated, service_role;
grant select on table public.api_key, public.api_key_usage, public.api_key_audit to authenticated;
grant select, insert, update on table public.api_key, public.api_key_usage_writer to service_role;
grant select, insert on table public.api_key_audit to service_role;
grant select, insert, update, delete
on table public.api_key_secret, public.api_key_usage, public.limit_counter
to service_role;

revoke all on function
  public.check_visible_rows, public.describe_api_key, public.read_api_key_texts, public.audit_api_key, public.read_api_key_clock,
  public.create_api_key, public.find_api_key, public.get_api_key, public.list_api_keys, public.change_api_key,
  public.rotate_api_key, public.revoke_api_keys, public.delete_api_keys, public.record_api_key_usage,
  public.read_api_key_usage, public.read_api_key_audit, public.get_api_key_owner_state, public.lock_api_key_owner,
  public.prune_api_keys,
  public.describe_limit, public.add_limit_points, public.consume_limit, public.consume_limits, public.reward_limit, public.get_limit,
  public.delete_limit, public.use_api_key,
  public.announce_api_key_change, public.announce_api_key_owner_change, public.delete_oldest_ended_api_keys,
  public.prune_api_keys_of_owner, public.bound_ended_api_keys, public.bound_api_key_audit
from public, anon, authenticated, service_role;
grant execute on function
  public.check_visible_rows, public.describe_api_key, public.read_api_key_texts, public.audit_api_key, public.read_api_key_clock,
  public.create_api_key, public.find_api_key, public.get_api_key, public.list_api_keys, public.change_api_key,
  public.rotate_api_key, public.revoke_api_keys, public.delete_api_keys, public.record_api_key_usage,
  public.read_api_key_usage, public.read_api_key_audit, public.get_api_key_owner_state, public.lock_api_key_owner,
  public.prune_api_keys,
  public.describe_limit, public.add_limit_points, public.consume_limit, public.consume_limits, public.reward_limit, public.get_limit,
  public.delete_limit, public.use_api_key
to service_role;

-- Returns the owners whose keys the signed-in user may read: the user. A project whose organisations own keys replaces the function
-- with one that also returns the organisations of auth.uid(). So it is only created where there is none.
do $do$
begin
  if to_regprocedure('public.list_readable_api_key_owners()') is null then
    create function public.list_readable_api_key_owners() returns setof text
    language sql
    stable
    set search_path = ''
    as $$
      select auth.uid()::text
    $$;
    revoke all on function public.list_readable_api_key_owners() from public, anon;
    grant execute on function public.list_readable_api_key_owners() to authenticated, service_role;
  end if;
end
$do$;

-- As an array, the owners are read once for each statement, and the index of owners is used.
drop policy if exists "Owners can read their own keys" on public.api_key;
create policy "Owners can read their own keys" on public.api_key
  for select to authenticated
  using (owner = any (array(select public.list_readable_api_key_owners())));

drop policy if exists "Owners can read the usage of their own keys" on public.api_key_usage;
create policy "Owners can read the usage of their own keys" on public.api_key_usage
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = any (array(select public.list_readable_api_key_owners()))));

drop policy if exists "Owners can read the audit trail of their own keys" on public.api_key_audit;
create policy "Owners can read the audit trail of their own keys" on public.api_key_audit
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = any (array(select public.list_readable_api_key_owners()))));
