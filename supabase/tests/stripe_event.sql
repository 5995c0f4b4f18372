-- What the events of Stripe do to profiles and their work, and who may pass them on.
begin;
select plan(39);

insert into auth.users (id, email) values
  ('70000000-0000-4000-8000-000000000001', 'ada@example.com'),
  ('70000000-0000-4000-8000-000000000002', 'grace@example.com'),
  ('70000000-0000-4000-8000-000000000003', null);
update public.profile set stripe_customer = 'cus_ada' where id = '70000000-0000-4000-8000-000000000001';
update public.profile set stripe_customer = 'cus_grace' where id = '70000000-0000-4000-8000-000000000002';
update public.profile set stripe_customer = 'cus_nobody' where id = '70000000-0000-4000-8000-000000000003';
update public.stripe_customer_work set kind = 'update', state = 'done', done_at = now()
where profile_id::text like '70000000-%';

create temporary table write (statement text) on commit drop;
insert into write values
  ($$insert into public.stripe_event (id, type, stripe_customer, outcome) values ('evt_x', 'x', 'cus_x', 'unchanged')$$),
  ($$update public.stripe_event set outcome = 'unchanged'$$),
  ('delete from public.stripe_event'),
  ('truncate public.stripe_event');
grant select on write to public;

select ok((select relrowsecurity from pg_class where oid = 'public.stripe_event'::regclass), 'row-level security is on');
select policies_are('public', 'stripe_event', array[]::name[], 'and no policy lets anyone in');

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'anonymous cannot read');
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'anonymous cannot: ' || statement) from write;
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'anonymous cannot pass an event on'
);

reset role;
select set_config('request.jwt.claims', '{"sub": "70000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'the owner cannot read');
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'the owner cannot: ' || statement) from write;
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'the owner cannot pass an event on'
);

reset role;
select set_config('request.jwt.claims', '{"sub": "70000000-0000-4000-8000-000000000002", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'another user cannot read');
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'another user cannot pass an event on'
);

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'the service role cannot: ' || statement) from write;
select throws_ok(
  $$select public.lock_stripe_customer('cus_ada')$$,
  '42501', 'permission denied for function lock_stripe_customer', 'nor take the lock by itself'
);

-- An update.

select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_same', 'customer.updated', 'cus_ada',
      'ada@example.com', '70000000-0000-4000-8000-000000000001')$$,
  $$values ('unchanged', '70000000-0000-4000-8000-000000000001')$$,
  'an update that leaves e-mail and profile id as they are changes nothing'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_none', 'customer.updated', 'cus_nobody',
      null, '70000000-0000-4000-8000-000000000003')$$,
  array['unchanged'],
  'nor does one of a customer without an e-mail whose profile has none'
);
select is(
  (select count(*)::int from public.stripe_customer_work where profile_id::text like '70000000-%' and state = 'pending'),
  0,
  'so no row is opened'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_email', 'customer.updated', 'cus_ada',
      'other@example.com', '70000000-0000-4000-8000-000000000001')$$,
  array['reopened'],
  'another e-mail opens the row again'
);
select results_eq(
  $$select kind, state from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values ('update', 'pending')$$,
  'so that the customer gets the profile''s'
);
select is(
  (select email from public.profile where id = '70000000-0000-4000-8000-000000000001'),
  'ada@example.com',
  'the profile keeps its own'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_mark', 'customer.updated', 'cus_grace', 'grace@example.com', null)$$,
  array['reopened'],
  'a customer that lost its profile id gets it back'
);

-- A deletion.

select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_gone', 'customer.deleted', 'cus_ada')$$,
  $$values ('unlinked', '70000000-0000-4000-8000-000000000001')$$,
  'a deletion undoes the link'
);
select results_eq(
  $$select kind, state, idempotency_key from public.stripe_customer_work
    where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values ('create', 'pending', 'customer-70000000-0000-4000-8000-000000000001-2')$$,
  'and another customer is to be created, under another key'
);
select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_gone', 'customer.deleted', 'cus_ada')$$,
  $$values ('duplicate', '70000000-0000-4000-8000-000000000001')$$,
  'the same event again does nothing'
);
select results_eq(
  $$select outcome, profile_id from public.apply_stripe_event('evt_late', 'customer.updated', 'cus_ada', 'late@example.com')$$,
  $$values ('unknown_customer', null::uuid)$$,
  'an update that comes after the deletion is taken and does nothing'
);
select results_eq(
  $$select revision from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values (3)$$,
  'so the row changed twice since it was made'
);

-- A deletion that comes before the link.

select results_eq(
  $$select outcome from public.apply_stripe_event('evt_early', 'customer.deleted', 'cus_early')$$,
  array['unknown_customer'],
  'the deletion of a customer that no profile has is taken'
);
reset role;
update public.stripe_customer_work set state = 'done', done_at = now()
where profile_id = '70000000-0000-4000-8000-000000000001';
update public.profile set stripe_customer = 'cus_early' where id = '70000000-0000-4000-8000-000000000001';
set constraints public.reopen_work_of_deleted_stripe_customer immediate;
select results_eq(
  $$select state from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  array['pending'],
  'and whoever links it afterwards opens the row again'
);

-- What is kept.

update public.stripe_event set received_at = now() - interval '32 days' where id = 'evt_gone';
select throws_ok(
  $$select public.apply_stripe_event('evt_other', 'invoice.paid', 'cus_ada')$$,
  '23514', null, 'an event of another type is not taken'
);
select is((select count(*)::int from public.stripe_event where id = 'evt_other'), 0, 'nor recorded');
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_now', 'customer.deleted', 'cus_none')$$,
  array['unknown_customer'],
  'an event is taken'
);
select is((select count(*)::int from public.stripe_event where id = 'evt_gone'), 0, 'and one of 32 days ago is forgotten');

select * from finish();
rollback;
