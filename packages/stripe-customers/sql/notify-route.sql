-- Notifies the application's API route at once of a new or changed profile, through pg_net, which sends after the commit.
--
-- It is only a notification: the work is in its table already, and the sweep does what a lost notification leaves. So nothing
-- here may make a sign-up fail, and a lost request does no harm.
--
-- Address and secret come from Vault, not from the trigger's definition, which every database role can read:
--   select vault.create_secret('https://app.example.com/api/create-stripe-customer', 'api_route_url');
--   select vault.create_secret('<the value of API_ROUTE_SECRET>', 'api_route_secret');

-- There is nothing to install if the schema `net` exists already, or if pg_net is not available.
do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
    and not exists (select from pg_catalog.pg_namespace where nspname = 'net')
  then
    create extension if not exists pg_net;
  end if;
end
$$;

-- Arguments: the columns of the id and of the e-mail. Nothing else of the row is sent.
create or replace function public.notify_stripe_customer_route() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  profile_id text := to_jsonb(new) ->> tg_argv[0];
  url text;
  secret text;
begin
  -- The schedule is fast enough for repairs, a back-fill and a restore, and a million notifications are too many.
  if to_regclass('vault.decrypted_secrets') is null
    or current_setting('stripe_customers.repairing', true) = 'on'
    or tg_op = 'INSERT' and not public.is_fresh_sign_up(profile_id::uuid)
  then
    return null;
  end if;
  -- Such as a user who has not confirmed the address yet.
  if not exists (
    select from public.stripe_customer_work as work (id) where work.id = profile_id::uuid and work.state = 'pending'
  ) then
    return null;
  end if;

  select
    max(decrypted_secret) filter (where name = 'api_route_url'),
    max(decrypted_secret) filter (where name = 'api_route_secret')
  into url, secret
  from vault.decrypted_secrets
  where name in ('api_route_url', 'api_route_secret');

  if url is null or secret is null then
    raise warning 'The route was not notified of profile %: the secret % is missing in Vault. The next sweep does the work.',
      profile_id, case when url is null then 'api_route_url' else 'api_route_secret' end;
    return null;
  end if;

  perform public.remember_stripe_customer_wake_up(net.http_post(
    url := url,
    body := jsonb_build_object(
      'type', tg_op,
      'table', tg_table_name,
      'schema', tg_table_schema,
      'record', jsonb_build_object('id', profile_id, 'email', to_jsonb(new) ->> tg_argv[1]),
      'old_record', case
        when tg_op = 'UPDATE' then jsonb_build_object('id', profile_id, 'email', to_jsonb(old) ->> tg_argv[1])
      end
    ),
    headers := jsonb_build_object('content-type', 'application/json', 'x-api-key', secret),
    -- pg_net's default is too short for a route that waits for Stripe.
    timeout_milliseconds := 10000
  ));
  return null;
exception when others then
  raise warning 'The route was not notified of profile %: % (%). The next sweep does the work.', profile_id, sqlerrm, sqlstate;
  return null;
end
$$;
