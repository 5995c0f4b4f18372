-- The effects of events from Stripe on profiles and their work, and who can apply events.
begin;
select plan(39);

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

insert into auth.users (id, email) values
  ('70000000-0000-4000-8000-000000000001', 'ada@example.com'),
  ('70000000-0000-4000-8000-000000000002', 'grace@example.com'),
  ('70000000-0000-4000-8000-000000000003', null);
-- As the engine links: the row of work first.
update public.stripe_customer_work as work set stripe_customer = linked.customer
from (values
  ('70000000-0000-4000-8000-000000000001'::uuid, 'cus_ada'),
  ('70000000-0000-4000-8000-000000000002', 'cus_grace'),
  ('70000000-0000-4000-8000-000000000003', 'cus_nobody')
) as linked (id, customer)
where work.profile_id = linked.id;
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
select policies_are('public', 'stripe_event', array[]::name[], 'and no policy grants access');

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'anonymous cannot read');
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'anonymous cannot: ' || statement) from write;
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'anonymous cannot apply an event'
);

reset role;
select set_config('request.jwt.claims', '{"sub": "70000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'the owner cannot read');
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'the owner cannot: ' || statement) from write;
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'the owner cannot apply an event'
);

reset role;
select set_config('request.jwt.claims', '{"sub": "70000000-0000-4000-8000-000000000002", "role": "authenticated"}', true);
set local role authenticated;
select throws_ok('select * from public.stripe_event', '42501', 'permission denied for table stripe_event', 'another user cannot read');
select throws_ok(
  $$select public.apply_stripe_event('evt_1', 'customer.deleted', 'cus_ada')$$,
  '42501', 'permission denied for function apply_stripe_event', 'another user cannot apply an event'
);

reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select throws_ok(statement, '42501', 'permission denied for table stripe_event', 'the service role cannot: ' || statement) from write;
select throws_ok(
  $$select public.lock_stripe_customer('cus_ada')$$,
  '42501', 'permission denied for function lock_stripe_customer', 'and cannot take the lock directly'
);

-- An update.

select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_same', 'customer.updated', 'cus_ada',
      'ada@example.com', '70000000-0000-4000-8000-000000000001')$$,
  $$values ('unchanged', '70000000-0000-4000-8000-000000000001')$$,
  'an update that changes neither e-mail nor profile id does nothing'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_none', 'customer.updated', 'cus_nobody',
      null, '70000000-0000-4000-8000-000000000003')$$,
  array['unchanged'],
  'neither does an update of a customer without an e-mail if its profile has no e-mail'
);
select is(
  (select count(*)::int from public.stripe_customer_work where profile_id::text like '70000000-%' and state = 'pending'),
  0,
  'so no work is due'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_email', 'customer.updated', 'cus_ada',
      'other@example.com', '70000000-0000-4000-8000-000000000001')$$,
  array['reopened'],
  'another e-mail makes the work due again'
);
select results_eq(
  $$select kind, state from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values ('update', 'pending')$$,
  'which is to write the profile''s e-mail to the customer'
);
select is(
  (select email from public.profile where id = '70000000-0000-4000-8000-000000000001'),
  'ada@example.com',
  'the profile keeps its e-mail'
);
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_mark', 'customer.updated', 'cus_grace', 'grace@example.com', null)$$,
  array['reopened'],
  'a customer without its profile id is updated'
);

-- A deletion.

select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_gone', 'customer.deleted', 'cus_ada')$$,
  $$values ('unlinked', '70000000-0000-4000-8000-000000000001')$$,
  'a deletion removes the link'
);
select results_eq(
  $$select kind, state, idempotency_key from public.stripe_customer_work
    where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values ('create', 'pending', 'customer-70000000-0000-4000-8000-000000000001-2')$$,
  'and makes the creation of another customer due, under a new key'
);
select results_eq(
  $$select outcome, profile_id::text from public.apply_stripe_event('evt_gone', 'customer.deleted', 'cus_ada')$$,
  $$values ('duplicate', '70000000-0000-4000-8000-000000000001')$$,
  'the same event again does nothing'
);
select results_eq(
  $$select outcome, profile_id from public.apply_stripe_event('evt_late', 'customer.updated', 'cus_ada', 'late@example.com')$$,
  $$values ('unknown_customer', null::uuid)$$,
  'an update that arrives after the deletion is recorded and does nothing'
);
select results_eq(
  $$select revision from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  $$values (3)$$,
  'so the row changed twice since it was created'
);

-- A deletion that arrives before the link.

select results_eq(
  $$select outcome from public.apply_stripe_event('evt_early', 'customer.deleted', 'cus_early')$$,
  array['unknown_customer'],
  'the deletion of a customer without a profile is recorded'
);
reset role;
update public.stripe_customer_work set state = 'done', done_at = now()
where profile_id = '70000000-0000-4000-8000-000000000001';
update public.profile set stripe_customer = 'cus_early' where id = '70000000-0000-4000-8000-000000000001';
set constraints public.reopen_work_of_deleted_stripe_customer immediate;
select results_eq(
  $$select state from public.stripe_customer_work where profile_id = '70000000-0000-4000-8000-000000000001'$$,
  array['pending'],
  'and linking that customer later makes the work due again'
);

-- Retention.

update public.stripe_event set received_at = now() - interval '32 days' where id = 'evt_gone';
select throws_ok(
  $$select public.apply_stripe_event('evt_other', 'invoice.paid', 'cus_ada')$$,
  '23514', null, 'an event of another type is refused'
);
select is((select count(*)::int from public.stripe_event where id = 'evt_other'), 0, 'and not recorded');
select results_eq(
  $$select outcome from public.apply_stripe_event('evt_now', 'customer.deleted', 'cus_none')$$,
  array['unknown_customer'],
  'a new event is recorded'
);
select is((select count(*)::int from public.stripe_event where id = 'evt_gone'), 0, 'and an event that is 32 days old is deleted');

select * from finish();
rollback;
