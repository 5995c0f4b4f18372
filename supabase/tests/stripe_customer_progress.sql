-- Owners see the progress of their own Stripe customer, and nobody else does.
begin;
select plan(32);

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email) values
  ('40000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('40000000-0000-4000-8000-000000000002', 'stranger@example.com');

select columns_are(
  'public',
  'stripe_customer_progress',
  array['profile_id', 'status', 'next_attempt_at', 'cause'],
  'the view does not show the error, the key and the parameters'
);
select ok(
  (select 'security_barrier=true' = any (reloptions) from pg_class where oid = 'public.stripe_customer_progress'::regclass),
  'a function in the condition of a query does not see the rows of others'
);

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok(
  'select * from public.stripe_customer_progress',
  '42501',
  'permission denied for view stripe_customer_progress',
  'anonymous cannot read'
);

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select throws_ok(
  'select * from public.stripe_customer_progress',
  '42501',
  'permission denied for view stripe_customer_progress',
  'the service role cannot read the view; it reads the table'
);

reset role;
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
set local role authenticated;
select is_empty('select * from public.stripe_customer_progress', 'a token without a subject sees nothing');

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "40000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq(
  'select profile_id::text from public.stripe_customer_progress',
  array['40000000-0000-4000-8000-000000000002'],
  'another user sees only their own progress'
);
select is_empty(
  $$select * from public.stripe_customer_progress where profile_id = '40000000-0000-4000-8000-000000000001'$$,
  'and not the owner''s by its id'
);

reset role;
select set_config(
  'request.jwt.claims',
  '{"sub": "40000000-0000-4000-8000-000000000001", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq(
  'select profile_id::text, status, next_attempt_at, cause from public.stripe_customer_progress',
  $$values ('40000000-0000-4000-8000-000000000001', 'pending', now(), null::text)$$,
  'the owner sees that the work is pending'
);
select throws_ok(
  $$insert into public.stripe_customer_progress (profile_id) values (gen_random_uuid())$$,
  '42501',
  'permission denied for view stripe_customer_progress',
  'the owner cannot insert'
);
select throws_ok(
  $$update public.stripe_customer_progress set profile_id = gen_random_uuid()$$,
  '42501',
  'permission denied for view stripe_customer_progress',
  'the owner cannot update'
);
select throws_ok(
  'delete from public.stripe_customer_progress',
  '42501',
  'permission denied for view stripe_customer_progress',
  'the owner cannot delete'
);

reset role;
update public.stripe_customer_work set last_error = '{"code": "stripe_unavailable", "message": ""}',
  next_attempt_at = now() + interval '20 seconds'
where profile_id = '40000000-0000-4000-8000-000000000001';
set local role authenticated;
select results_eq(
  'select status, next_attempt_at from public.stripe_customer_progress',
  $$values ('retrying', now() + interval '20 seconds')$$,
  'the owner sees the time of the next attempt'
);

reset role;
update public.stripe_customer_work set next_attempt_at = now() where profile_id = '40000000-0000-4000-8000-000000000001';
select public.claim_stripe_customer_work(
  '40000000-0000-4000-8000-0000000000ab', 30, 1, '40000000-0000-4000-8000-000000000001'
);
set local role authenticated;
select results_eq(
  'select status, next_attempt_at from public.stripe_customer_progress',
  $$values ('retrying', null::timestamptz)$$,
  'during an attempt the owner does not see the end of the lease'
);

reset role;
update public.stripe_customer_work set next_attempt_at = now() where profile_id = '40000000-0000-4000-8000-000000000001';
set local role authenticated;
select results_eq(
  'select status, next_attempt_at from public.stripe_customer_progress',
  $$values ('retrying', now())$$,
  'the owner sees an expired lease as due'
);

reset role;
update public.stripe_customer_work set lease_token = null where profile_id = '40000000-0000-4000-8000-000000000001';
-- For each error, the owner sees only who has to act.
create function pg_temp.cause_of(code text) returns text language plpgsql as $$
declare
  seen text;
begin
  update public.stripe_customer_work set last_error = jsonb_build_object('code', code, 'message', '')
  where profile_id = '40000000-0000-4000-8000-000000000001';
  set local role authenticated;
  select cause into seen from public.stripe_customer_progress;
  reset role;
  return seen;
end
$$;
select is(pg_temp.cause_of(code), cause, 'the owner sees the cause ' || cause || ' for ' || code)
from (values
  ('stripe_refused', 'details'),
  ('stripe_unreachable', 'stripe'),
  ('stripe_unavailable', 'stripe'),
  ('stripe_in_flight', 'stripe'),
  ('stripe_rate_limited', 'stripe'),
  ('stripe_malformed', 'stripe'),
  ('stripe_unauthorized', 'application'),
  ('stripe_key_reused', 'application'),
  ('stripe_missing', 'application'),
  ('database_refused', 'application'),
  ('worker_lost', 'application'),
  ('a code of later', 'application')
) as error (code, cause);

update public.stripe_customer_work set state = 'failed', failed_at = now()
where profile_id = '40000000-0000-4000-8000-000000000001';
set local role authenticated;
select results_eq(
  'select status, next_attempt_at, cause from public.stripe_customer_progress',
  $$values ('failed', null::timestamptz, 'application')$$,
  'the owner sees that it failed'
);

reset role;
select public.requeue_stripe_customer_work('40000000-0000-4000-8000-000000000001');
select public.claim_stripe_customer_work(
  '40000000-0000-4000-8000-0000000000aa', 30, 1, '40000000-0000-4000-8000-000000000001'
);
select is(
  public.complete_stripe_customer_work(
    '40000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-0000000000aa', 'create', 'cus_owner',
    'owner@example.com', 2
  ),
  'done',
  'the work is done'
);
set local role authenticated;
select results_eq(
  'select status, next_attempt_at, cause from public.stripe_customer_progress',
  $$values ('done', null::timestamptz, null::text)$$,
  'the owner sees that it is done'
);
select results_eq(
  'select stripe_customer from public.profile',
  array['cus_owner'],
  'and the customer in the profile'
);
select throws_ok(
  $$update public.profile set stripe_customer = null$$,
  '42501',
  'permission denied for table profile',
  'which the owner cannot change'
);

reset role;
delete from auth.users where id = '40000000-0000-4000-8000-000000000002';
select set_config(
  'request.jwt.claims',
  '{"sub": "40000000-0000-4000-8000-000000000002", "role": "authenticated"}',
  true
);
set local role authenticated;
select results_eq(
  'select status from public.stripe_customer_progress',
  array['done'],
  'a token that outlives its user sees only that user''s tombstone'
);

select * from finish();
rollback;
