-- What follows when anyone changes the link of a profile, or when profiles vanish without their row trigger.
begin;
select plan(27);

delete from public.stripe_customer_work;
-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email, created_at) values
  ('90000000-0000-4000-8000-000000000001', 'ada@example.com', now()),
  ('90000000-0000-4000-8000-000000000002', 'grace@example.com', now() - interval '61 minutes'),
  ('90000000-0000-4000-8000-000000000003', 'old@example.com', null);

create function pg_temp.work_of(number integer) returns public.stripe_customer_work language sql as $$
  select work from public.stripe_customer_work as work
  where profile_id = ('90000000-0000-4000-8000-00000000000' || number)::uuid
$$;

-- Looking first.

select results_eq(
  $$select number, (pg_temp.work_of(number)).look_first from generate_series(1, 3) as number$$,
  $$values (1, false), (2, true), (3, true)$$,
  'only the work of a user who signed up a moment ago does not look first'
);
select results_eq(
  $$select profile_id::text, parameters is not null, look_first, key_expired
    from public.claim_stripe_customer_work('90000000-0000-4000-8000-0000000000aa', 30, 10) order by 1$$,
  $$values
    ('90000000-0000-4000-8000-000000000001', true, false, false),
    ('90000000-0000-4000-8000-000000000002', false, true, false),
    ('90000000-0000-4000-8000-000000000003', false, true, false)$$,
  'and only its parameters are frozen, because its key is sent at once'
);
select results_eq(
  $$select idempotency_key, parameters ->> 'email' from public.renew_stripe_customer_key(
      '90000000-0000-4000-8000-000000000002', '90000000-0000-4000-8000-0000000000aa')$$,
  $$values ('customer-90000000-0000-4000-8000-000000000002-2', 'grace@example.com')$$,
  'those of another are frozen with a new key'
);
select is((pg_temp.work_of(2)).look_first, false, 'after which it need not look again');
update public.stripe_customer_work set key_since = now() - interval '20 hours', lease_token = null, next_attempt_at = now()
where profile_id = '90000000-0000-4000-8000-000000000001';
select results_eq(
  $$select look_first, key_expired from public.claim_stripe_customer_work(
      '90000000-0000-4000-8000-0000000000aa', 30, 1, '90000000-0000-4000-8000-000000000001')$$,
  $$values (false, true)$$,
  'a key of 20 hours is expired, although it is not said to look first'
);

-- The engine's own link.

select is(
  public.complete_stripe_customer_work(
    '90000000-0000-4000-8000-000000000002', '90000000-0000-4000-8000-0000000000aa', 'create', 'cus_b',
    'grace@example.com', 1
  ),
  'done',
  'the engine links a customer'
);
select is((pg_temp.work_of(2)).state, 'done', 'which does not count as a link by hand');

-- A link that is cleared.

update public.profile set stripe_customer = null where id = '90000000-0000-4000-8000-000000000002';
select results_eq(
  $$select work.kind, work.state, work.look_first, work.key_number, work.stripe_customer, work.next_attempt_at
    from pg_temp.work_of(2) as work$$,
  $$values ('create', 'pending', true, 3, null::text, now())$$,
  'a link that is cleared makes the row due to look for the customer, under a new key'
);

-- A link that is set by hand, during an attempt.

update public.profile set stripe_customer = 'cus_hand' where id = '90000000-0000-4000-8000-000000000001';
select results_eq(
  $$select work.kind, work.state, work.look_first, work.key_number, work.stripe_customer, work.parameters is not null
    from pg_temp.work_of(1) as work$$,
  $$values ('update', 'pending', true, 1, 'cus_hand', true)$$,
  'a link that is set makes the row due to check it, and keeps the key that may have been sent'
);
select is((pg_temp.work_of(1)).unsettled_until, now() + interval '5 minutes', 'whose request may still take effect');
select is(
  public.complete_stripe_customer_work(
    '90000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-0000000000aa', 'create', 'cus_a',
    'ada@example.com', 1
  ),
  'lease_lost',
  'the worker that creates a customer records nothing'
);
select results_eq(
  $$select kind, stripe_customer, look_first, parameters is not null from public.claim_stripe_customer_work(
      '90000000-0000-4000-8000-0000000000bb', 30, 1, '90000000-0000-4000-8000-000000000001')$$,
  $$values ('update', 'cus_hand', true, true)$$,
  'the next one checks the link'
);
select throws_ok(
  $$select public.complete_stripe_customer_work(
      '90000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-0000000000bb', 'create', 'cus_a', null, 1)$$,
  'P0001',
  'Profile 90000000-0000-4000-8000-000000000001 was not linked to cus_a: 0 rows changed',
  'a linked profile does not get another customer in its place'
);
select throws_ok(
  $$select public.complete_stripe_customer_work(
      '90000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-0000000000bb', 'merge', 'cus_a', null, 1)$$,
  'P0001',
  'Unknown kind of work: merge',
  'work of an unknown kind is refused'
);
select is(
  public.complete_stripe_customer_work(
    '90000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-0000000000bb', 'update', 'cus_other', null, 2
  ),
  'more',
  'an update of another customer than the linked one is not done'
);
select public.claim_stripe_customer_work(
  '90000000-0000-4000-8000-0000000000cc', 30, 1, '90000000-0000-4000-8000-000000000001'
);
select is(
  public.complete_stripe_customer_work(
    '90000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-0000000000cc', 'update', 'cus_hand', null, 2
  ),
  'done',
  'an update of the linked one is'
);

-- A link that changes while triggers are off.

set local session_replication_role = replica;
update public.profile set stripe_customer = null where id = '90000000-0000-4000-8000-000000000001';
set local session_replication_role = origin;
select public.requeue_stripe_customer_work('90000000-0000-4000-8000-000000000001');
select results_eq(
  $$select kind, stripe_customer, look_first, idempotency_key, parameters is null
    from public.claim_stripe_customer_work(
      '90000000-0000-4000-8000-0000000000aa', 30, 1, '90000000-0000-4000-8000-000000000001')$$,
  $$values ('create', null::text, true, 'customer-90000000-0000-4000-8000-000000000001-2', true)$$,
  'is found by the next claim, which goes by the link'
);

-- A profile without work.

delete from public.stripe_customer_work where profile_id = '90000000-0000-4000-8000-000000000003';
select is(
  public.requeue_stripe_customer_work('90000000-0000-4000-8000-000000000003'), true, 'a profile without work gets some'
);
select is(
  public.requeue_stripe_customer_work('90000000-0000-4000-8000-0000000000ff'), false, 'nobody gets none'
);
delete from public.stripe_customer_work where profile_id = '90000000-0000-4000-8000-000000000003';
select is(
  public.link_stripe_customer('90000000-0000-4000-8000-000000000003', 'cus_c'), true, 'it can also be linked'
);
select results_eq(
  $$select work.kind, work.look_first, work.stripe_customer from pg_temp.work_of(3) as work$$,
  $$values ('update', true, 'cus_c')$$,
  'which adds the work'
);

-- Profiles that vanish.

select is((select vanished from public.count_unmatched_stripe_customer_work()), 0::bigint, 'no profile has vanished');
set constraints all immediate;
truncate auth.users cascade;
select is((select vanished from public.count_unmatched_stripe_customer_work()), 3::bigint, 'truncated profiles have');
select is(public.repair_profiles(), 3, 'the next sweep turns their work into tombstones');
select results_eq(
  $$select kind, state, stripe_customer from public.stripe_customer_work order by profile_id$$,
  $$values ('delete', 'pending', null::text), ('delete', 'pending', null), ('delete', 'pending', 'cus_c')$$,
  'with their customers'
);
select is(public.repair_profiles(), 0, 'once');

-- A profile that is restored with its customer.

insert into auth.users (id, created_at) values ('90000000-0000-4000-8000-000000000003', now());
delete from public.profile;
update public.stripe_customer_work set state = 'pending', done_at = null, stripe_customer = 'cus_c';
insert into public.profile (id, stripe_customer) values ('90000000-0000-4000-8000-000000000003', 'cus_c');
select results_eq(
  $$select work.kind, work.look_first, work.stripe_customer from pg_temp.work_of(3) as work$$,
  $$values ('update', true, 'cus_c')$$,
  'a profile that returns with its customer keeps it'
);

select * from finish();
rollback;
