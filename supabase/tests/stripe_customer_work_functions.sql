-- The functions on the work, called as workers call them.
begin;
select plan(54);

-- No other row may be due.
delete from public.stripe_customer_work;

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email, created_at) values
  ('50000000-0000-4000-8000-000000000001', 'ada@example.com', now()),
  ('50000000-0000-4000-8000-000000000002', 'grace@example.com', now()),
  ('50000000-0000-4000-8000-000000000003', null, now());
update public.stripe_customer_work set next_attempt_at = now() - interval '1 minute'
where profile_id = '50000000-0000-4000-8000-000000000002';
update public.stripe_customer_work set next_attempt_at = now() - interval '2 minutes'
where profile_id = '50000000-0000-4000-8000-000000000003';

set local role service_role;

-- Claiming.

select results_eq(
  $$select profile_id::text, kind, attempts, email, stripe_customer
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000aa', 30)$$,
  $$values ('50000000-0000-4000-8000-000000000003', 'create', 1, null::text, null::text)$$,
  'a worker gets the row that is due longest'
);
select results_eq(
  $$select profile_id::text from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000bb', 30, 10)
    order by profile_id$$,
  array['50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000002'],
  'another worker gets the other rows'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000cc', 30, 10)$$,
  'a third worker gets nothing while the leases last'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work(
      '50000000-0000-4000-8000-0000000000cc', 30, 1, '50000000-0000-4000-8000-000000000001')$$,
  'not even with the profile as the target'
);
select results_eq(
  $$select idempotency_key, parameters, next_attempt_at from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000001'$$,
  $$values (
    'customer-50000000-0000-4000-8000-000000000001-1',
    '{"email": "ada@example.com", "metadata": {"profile_id": "50000000-0000-4000-8000-000000000001"}}'::jsonb,
    now() + interval '30 seconds'
  )$$,
  'the key and the parameters are stored before the call to Stripe'
);
select results_eq(
  $$select parameters from public.stripe_customer_work where profile_id = '50000000-0000-4000-8000-000000000003'$$,
  $$values ('{"metadata": {"profile_id": "50000000-0000-4000-8000-000000000003"}}'::jsonb)$$,
  'without an e-mail the parameters have no e-mail'
);

-- Completing.

select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000003', '50000000-0000-4000-8000-0000000000bb', 'create', 'cus_c', null, 1
  ),
  'lease_lost',
  'a worker without the lease records nothing'
);
select results_eq(
  $$select stripe_customer from public.profile where id = '50000000-0000-4000-8000-000000000003'$$,
  array[null::text],
  'and links nothing'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000003', '50000000-0000-4000-8000-0000000000aa', 'create', 'cus_c', null, 1
  ),
  'done',
  'the worker with the lease records the result'
);
select results_eq(
  $$select profile.stripe_customer, work.state, work.kind, work.stripe_customer, work.parameters, work.lease_token
    from public.profile join public.stripe_customer_work as work on work.profile_id = profile.id
    where profile.id = '50000000-0000-4000-8000-000000000003'$$,
  $$values ('cus_c', 'done', 'update', 'cus_c', null::jsonb, null::uuid)$$,
  'the profile is linked, the row closed and its parameters deleted'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000003', '50000000-0000-4000-8000-0000000000aa', 'create', 'cus_c', null, 1
  ),
  'lease_lost',
  'only once'
);

-- The e-mail changes during the call to Stripe.
reset role;
update auth.users set email = 'hopper@example.com' where id = '50000000-0000-4000-8000-000000000002';
set local role service_role;
select is_empty(
  $$select * from public.claim_stripe_customer_work(
      '50000000-0000-4000-8000-0000000000cc', 30, 1, '50000000-0000-4000-8000-000000000002')$$,
  'a change keeps the lease'
);
select results_eq(
  $$select parameters ->> 'email' from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000002'$$,
  array['grace@example.com'],
  'and the frozen parameters'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000002', '50000000-0000-4000-8000-0000000000bb', 'create', 'cus_b',
    'grace@example.com', 1
  ),
  'more',
  'the creation is recorded and more work is due'
);
select results_eq(
  $$select kind, email, stripe_customer, revision
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000cc', 30, 10)$$,
  $$values ('update', 'hopper@example.com', 'cus_b', 2)$$,
  'which is to send the new e-mail to the same customer'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000002', '50000000-0000-4000-8000-0000000000cc', 'update', 'cus_b',
    'hopper@example.com', 2
  ),
  'done',
  'then it is done'
);

-- Trying again.

select is(
  public.retry_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000cc', 1, 20, '{}', true, false
  ),
  null,
  'a worker without the lease cannot schedule an attempt'
);
select is(
  public.retry_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000bb', 1, 20,
    '{"code": "stripe_unavailable", "message": "down"}', true, false
  ),
  20::double precision,
  'the worker with the lease schedules the next attempt'
);
select results_eq(
  $$select state, attempts, lease_token, last_error ->> 'code', next_attempt_at, unsettled_until
    from public.stripe_customer_work where profile_id = '50000000-0000-4000-8000-000000000001'$$,
  $$values ('pending', 1, null::uuid, 'stripe_unavailable', now() + interval '20 seconds', null::timestamptz)$$,
  'and ends the lease'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000dd', 30, 10)$$,
  'the row is not due before that time'
);

reset role;
update public.stripe_customer_work set next_attempt_at = now()
where profile_id = '50000000-0000-4000-8000-000000000001';
set local role service_role;
select results_eq(
  $$select attempts, unsettled_seconds, parameters ->> 'email'
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000dd', 30, 10)$$,
  $$values (2, 0::double precision, 'ada@example.com')$$,
  'then it is claimed again, with the same parameters'
);
select is(
  public.retry_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000dd', 1, 0, null, false, true
  ),
  0::double precision,
  'an uncounted attempt is recorded'
);
select results_eq(
  $$select attempts, unsettled_until from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000001'$$,
  $$values (1, now() + interval '5 minutes')$$,
  'it is not counted, and a request without a response stays unsettled for five minutes'
);

-- A worker that never reports.

select public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000ee', 30, 10);
reset role;
update public.stripe_customer_work set next_attempt_at = now(), unsettled_until = null
where profile_id = '50000000-0000-4000-8000-000000000001';
set local role service_role;
select results_eq(
  $$select attempts, unsettled_seconds
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000ff', 30, 10)$$,
  $$values (3, 300::double precision)$$,
  'its row is claimed when the lease expires, and its request counts as unsettled'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000ee', 'create', 'cus_late', null, 1
  ),
  'lease_lost',
  'and the late worker has lost the lease'
);

-- Taking a new key.

select is_empty(
  $$select * from public.renew_stripe_customer_key(
      '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000ee')$$,
  'a worker without the lease gets no new key'
);
select results_eq(
  $$select idempotency_key, parameters ->> 'email' from public.renew_stripe_customer_key(
      '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000ff')$$,
  $$values ('customer-50000000-0000-4000-8000-000000000001-2', 'ada@example.com')$$,
  'the worker with the lease gets the next key'
);

-- Giving up.

select is(
  public.fail_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000ee', 1, '{}', true
  ),
  'lease_lost',
  'a worker without the lease cannot fail the row'
);
select is(
  public.fail_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000ff', 1,
    '{"code": "stripe_refused", "message": "no"}', true
  ),
  'failed',
  'the worker with the lease can'
);
select results_eq(
  $$select state, key_number, parameters, last_error ->> 'code', failed_at from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000001'$$,
  $$values ('failed', 3, null::jsonb, 'stripe_refused', now())$$,
  'parameters that Stripe refused are deleted together with their key'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000aa', 30, 10)$$,
  'a failed row is not claimed'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work(
      '50000000-0000-4000-8000-0000000000aa', 30, 1, '50000000-0000-4000-8000-000000000001')$$,
  'not even with the profile as the target'
);

-- Requeueing.

select ok(not public.requeue_stripe_customer_work('50000000-0000-4000-8000-00000000000f'), 'a profile without a row cannot be requeued');
select ok(public.requeue_stripe_customer_work('50000000-0000-4000-8000-000000000001'), 'a failed row can be requeued');
select results_eq(
  $$select attempts, revision, parameters ->> 'email'
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000aa', 30, 10)$$,
  $$values (1, 2, 'ada@example.com')$$,
  'and claimed as if for the first time'
);
select is(
  public.fail_stripe_customer_work(
    '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-0000000000aa', 1,
    '{"code": "stripe_refused", "message": "no"}', false
  ),
  'more',
  'a row that was requeued meanwhile does not fail'
);

-- Reading.

select is_empty(
  $$select * from public.read_stripe_customer('50000000-0000-4000-8000-00000000000f')$$,
  'an unknown profile has no row'
);
select results_eq(
  $$select profile_exists, stripe_customer, state, leased, seconds_until_due
    from public.read_stripe_customer('50000000-0000-4000-8000-000000000001')$$,
  $$values (true, null::text, 'pending', false, 0::double precision)$$,
  'a row that is due'
);
select public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000aa', 30, 10);
select results_eq(
  $$select profile_exists, stripe_customer, state, leased, seconds_until_due
    from public.read_stripe_customer('50000000-0000-4000-8000-000000000001')$$,
  $$values (true, null::text, 'pending', true, 30::double precision)$$,
  'a row under a lease'
);
select results_eq(
  $$select profile_exists, stripe_customer, state, leased
    from public.read_stripe_customer('50000000-0000-4000-8000-000000000002')$$,
  $$values (true, 'cus_b', 'done', false)$$,
  'a row that is done'
);

-- A customer deleted in Stripe.

select is(public.unlink_stripe_customer('cus_unknown'), null, 'a customer without a profile is not unlinked');
select is(
  public.unlink_stripe_customer('cus_b'),
  '50000000-0000-4000-8000-000000000002',
  'a deleted customer is unlinked from its profile'
);
select results_eq(
  $$select kind, idempotency_key, stripe_customer, email
    from public.claim_stripe_customer_work(
      '50000000-0000-4000-8000-0000000000cc', 30, 1, '50000000-0000-4000-8000-000000000002')$$,
  $$values ('create', 'customer-50000000-0000-4000-8000-000000000002-2', null::text, 'hopper@example.com')$$,
  'which gets another customer under a new key'
);

-- A user deleted while the customer is created.

reset role;
delete from auth.users where id = '50000000-0000-4000-8000-000000000002';
set local role service_role;
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000002', '50000000-0000-4000-8000-0000000000cc', 'create', 'cus_d',
    'hopper@example.com', 3
  ),
  'more',
  'the customer of a deleted user is recorded and more work is due'
);
select results_eq(
  $$select kind, stripe_customer
    from public.claim_stripe_customer_work('50000000-0000-4000-8000-0000000000dd', 30, 10)$$,
  $$values ('delete', 'cus_d')$$,
  'which is to delete it'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000002', '50000000-0000-4000-8000-0000000000dd', 'delete', 'cus_d', null, 4
  ),
  'done',
  'then it is done'
);

-- An update without a response, and a change of the e-mail during the next update.

reset role;
insert into auth.users (id, email) values ('50000000-0000-4000-8000-000000000009', 'first@example.com');
-- As the engine links: the row of work first.
update public.stripe_customer_work set kind = 'update', stripe_customer = 'cus_i', look_first = false
where profile_id = '50000000-0000-4000-8000-000000000009';
update public.profile set stripe_customer = 'cus_i' where id = '50000000-0000-4000-8000-000000000009';
select public.claim_stripe_customer_work(
  '50000000-0000-4000-8000-0000000000aa', 30, 1, '50000000-0000-4000-8000-000000000009'
);
select public.retry_stripe_customer_work(
  '50000000-0000-4000-8000-000000000009', '50000000-0000-4000-8000-0000000000aa', 1, 0, null, true, true
);
select public.claim_stripe_customer_work(
  '50000000-0000-4000-8000-0000000000bb', 30, 1, '50000000-0000-4000-8000-000000000009'
);
update auth.users set email = 'second@example.com' where id = '50000000-0000-4000-8000-000000000009';
set local role service_role;
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000009', '50000000-0000-4000-8000-0000000000bb', 'update', 'cus_i',
    'first@example.com', 1
  ),
  'more',
  'a change during an update makes more work due'
);
select results_eq(
  $$select email, unsettled_seconds from public.claim_stripe_customer_work(
      '50000000-0000-4000-8000-0000000000cc', 30, 1, '50000000-0000-4000-8000-000000000009')$$,
  $$values ('second@example.com', 300::double precision)$$,
  'and the request without a response stays unsettled'
);
select is(
  public.complete_stripe_customer_work(
    '50000000-0000-4000-8000-000000000009', '50000000-0000-4000-8000-0000000000cc', 'update', 'cus_i',
    'second@example.com', 2
  ),
  'done',
  'the change is sent'
);
select results_eq(
  $$select state, next_attempt_at from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000009'$$,
  $$values ('pending', now() + interval '5 minutes')$$,
  'and is sent again when the request without a response can no longer take effect'
);
reset role;
update public.stripe_customer_work set next_attempt_at = now(), unsettled_until = now()
where profile_id = '50000000-0000-4000-8000-000000000009';
select public.claim_stripe_customer_work(
  '50000000-0000-4000-8000-0000000000dd', 30, 1, '50000000-0000-4000-8000-000000000009'
);
select public.complete_stripe_customer_work(
  '50000000-0000-4000-8000-000000000009', '50000000-0000-4000-8000-0000000000dd', 'update', 'cus_i',
  'second@example.com', 2
);
select results_eq(
  $$select state, unsettled_until from public.stripe_customer_work
    where profile_id = '50000000-0000-4000-8000-000000000009'$$,
  $$values ('done', null::timestamptz)$$,
  'then it is done'
);

-- Repairing.

reset role;
delete from public.stripe_customer_work;
update auth.users set created_at = now() - interval '2 days' where id = '50000000-0000-4000-8000-000000000001';
update public.profile set created_at = now() - interval '2 days' where id = '50000000-0000-4000-8000-000000000001';
delete from public.profile where id not in (
  '50000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000003'
);
delete from public.stripe_customer_work;
set local role service_role;
select cmp_ok(public.repair_profiles(), '>=', 1, 'the work of recent profiles is added');
select results_eq(
  $$select profile_id::text, kind, stripe_customer from public.stripe_customer_work
    where profile_id::text like '50000000-%'$$,
  $$values ('50000000-0000-4000-8000-000000000003', 'update', 'cus_c')$$,
  'as an update for a linked profile'
);
select results_eq(
  $$select open_stripe_customer_work::text from public.open_stripe_customer_work(
      '{50000000-0000-4000-8000-000000000003,50000000-0000-4000-8000-0000000000ff}')$$,
  array[]::text[],
  'nothing is added for a profile that has work, or does not exist'
);

select * from finish();
rollback;
