-- Postgres lets everyone execute a new function.
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
from public;
