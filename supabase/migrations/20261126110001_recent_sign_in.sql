-- What a stolen session must not be enough for: the user has to have signed in within the last 10 minutes.
--
-- The time is that of the session in auth.sessions, which Supabase Auth sets at a sign-in and keeps when it refreshes the tokens. It
-- is not in the access token of every version of Auth, and a session that was ended has no row.
create function public.is_recent_sign_in(user_id uuid, session_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select from auth.sessions
    where sessions.id = is_recent_sign_in.session_id
      and sessions.user_id = is_recent_sign_in.user_id
      and sessions.created_at > now() - interval '10 minutes'
  )
$$;

comment on function public.is_recent_sign_in(uuid, uuid) is 'Whether a session belongs to the user and began with a sign-in within the last 10 minutes.';

-- Deletes the account of a user who signed in recently, in one transaction with the check. `delete_account` stays for operators.
create function public.delete_own_account(user_id uuid, session_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not public.is_recent_sign_in(delete_own_account.user_id, delete_own_account.session_id) then
    return false;
  end if;
  return public.delete_account(delete_own_account.user_id);
end
$$;

comment on function public.delete_own_account(uuid, uuid) is 'Deletes a user and what belongs to the user. Returns false, and deletes nothing, unless the session is from a recent sign-in.';

revoke all on function public.is_recent_sign_in(uuid, uuid), public.delete_own_account(uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function public.is_recent_sign_in(uuid, uuid), public.delete_own_account(uuid, uuid) to service_role;
