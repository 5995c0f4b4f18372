-- Supabase Auth keeps the password of the first sign-up with an address, and anyone can sign up with any address. When another browser
-- signs up as well, nobody knows which of the two owns the address, so the password of the first must not open the account, also if the
-- owner confirms in a third browser. The note is in the metadata that users cannot change, and is deleted with the user.
create function public.note_sign_up_conflict(address text, mark text) returns void
language sql
security definer
set search_path = ''
as $$
  update auth.users
  set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || '{"sign_up_conflict": true}'
  where users.email = lower(note_sign_up_conflict.address)
    and users.email_confirmed_at is null
    and users.raw_user_meta_data ->> 'sign_up_mark' is distinct from note_sign_up_conflict.mark
$$;

comment on function public.note_sign_up_conflict(text, text) is 'Notes that a browser other than the first signed up with an address that is not confirmed. The mark is that of the browser that signed up now.';

revoke all on function public.note_sign_up_conflict(text, text) from public, anon, authenticated, service_role;
grant execute on function public.note_sign_up_conflict(text, text) to service_role;
