-- What the counters of limiters need on Supabase, after limit.sql. Only the service role uses them. Supabase may grant new tables
-- and functions to all of its API roles, so everything is revoked first.

revoke all on table public.limit_counter from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.limit_counter to service_role;

revoke all on function
  public.describe_limit, public.consume_limit, public.reward_limit, public.get_limit, public.delete_limit
from public, anon, authenticated, service_role;
grant execute on function
  public.describe_limit, public.consume_limit, public.reward_limit, public.get_limit, public.delete_limit
to service_role;
