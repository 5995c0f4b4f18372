-- What api-key-lifecycle.sql needs on Supabase, after it and after api-key-supabase.sql. The service role can no longer change or
-- delete an entry of the audit trail, nor delete a key with its trail, except through the functions.
revoke delete on table public.api_key from service_role;
revoke update, delete on table public.api_key_audit from service_role;
revoke all on table public.api_key_pruning from public, anon, authenticated, service_role;

revoke all on function
  public.get_api_key_owner_state, public.lock_api_key_owner, public.announce_api_key_owner_change,
  public.delete_oldest_ended_api_keys, public.prune_api_keys_of_owner, public.prune_api_keys,
  public.bound_ended_api_keys, public.bound_api_key_audit
from public, anon, authenticated, service_role;
grant execute on function public.get_api_key_owner_state, public.lock_api_key_owner, public.prune_api_keys to service_role;
