-- One user for local development, whose profile the requests in the README use. It has no password, so nobody can sign in as
-- this user. The token columns are empty, not null, because Supabase Auth reads them as text.
insert into auth.users (
  id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
  confirmation_token, recovery_token, email_change_token_new, email_change, created_at, updated_at
)
values (
  '00000000-0000-4000-8000-000000000001', 'authenticated', 'authenticated', 'seed@example.com', now(),
  '{"provider": "email", "providers": ["email"]}', '{}', '', '', '', '', now(), now()
)
on conflict do nothing;
