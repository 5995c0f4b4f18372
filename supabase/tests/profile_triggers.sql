-- The consequences of a sign-up, a change of the e-mail and a deletion, none of which makes a sign-up fail.
begin;
select plan(51);

delete from vault.secrets where name in ('api_route_url', 'api_route_secret');

create function pg_temp.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'refused by the test';
end
$$;

-- All users here are confirmed.
alter table auth.users alter column email_confirmed_at set default now();

-- Sign-up, with nothing in Vault.

select lives_ok(
  $$insert into auth.users (id, email, created_at) values ('20000000-0000-4000-8000-000000000001', 'ada@example.com', now())$$,
  'a sign-up succeeds when Vault is empty'
);
select results_eq(
  $$select email, stripe_customer from public.profile where id = '20000000-0000-4000-8000-000000000001'$$,
  $$values ('ada@example.com', null::text)$$,
  'a sign-up creates a profile'
);
select results_eq(
  $$select kind, state, attempts, parameters, lease_token, next_attempt_at
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000001'$$,
  $$values ('create', 'pending', 0, null::jsonb, null::uuid, now())$$,
  'and its work, due at once'
);
select lives_ok(
  $$insert into auth.users (id, created_at) values ('20000000-0000-4000-8000-000000000002', now())$$,
  'a user without an e-mail can sign up'
);
select results_eq(
  $$select email from public.profile where id = '20000000-0000-4000-8000-000000000002'$$,
  array[null::text],
  'and has a profile without one'
);

-- Sign-up, when something raises.

create trigger refuse before insert on net.http_request_queue for each row execute function pg_temp.refuse();
select vault.create_secret('http://localhost:3000/api/create-stripe-customer', 'api_route_url');
select vault.create_secret('not a secret', 'api_route_secret');
select lives_ok(
  $$insert into auth.users (id, email, created_at) values ('20000000-0000-4000-8000-000000000003', 'net@example.com', now())$$,
  'a sign-up succeeds when pg_net raises'
);
select results_eq(
  $$select work.state from public.profile join public.stripe_customer_work as work on work.profile_id = profile.id
    where profile.email = 'net@example.com'$$,
  array['pending'],
  'and creates the profile and its work'
);
drop trigger refuse on net.http_request_queue;

create trigger refuse before insert on public.profile for each row execute function pg_temp.refuse();
select lives_ok(
  $$insert into auth.users (id, email, created_at) values ('20000000-0000-4000-8000-000000000004', 'profile@example.com', now())$$,
  'a sign-up succeeds when the insert of the profile raises'
);
select is_empty(
  $$select * from public.profile where email = 'profile@example.com'$$,
  'its profile is missing'
);
drop trigger refuse on public.profile;

create trigger refuse before insert on public.stripe_customer_work for each row execute function pg_temp.refuse();
select lives_ok(
  $$insert into auth.users (id, email, created_at) values ('20000000-0000-4000-8000-000000000005', 'work@example.com', now())$$,
  'a sign-up succeeds when the insert of the work raises'
);
drop trigger refuse on public.stripe_customer_work;

select is(public.repair_profiles(), 2, 'the repair finds both users');
select results_eq(
  $$select profile.email, work.kind, work.state
    from public.profile join public.stripe_customer_work as work on work.profile_id = profile.id
    where profile.email in ('profile@example.com', 'work@example.com') order by profile.email$$,
  $$values ('profile@example.com', 'create', 'pending'), ('work@example.com', 'create', 'pending')$$,
  'and writes the missing rows'
);
select is(public.repair_profiles(), 0, 'once');

-- The notification.

delete from net.http_request_queue;
insert into auth.users (id, email, created_at) values ('20000000-0000-4000-8000-000000000006', 'grace@example.com', now());
select results_eq(
  'select method::text, url, timeout_milliseconds from net.http_request_queue',
  $$values ('POST', 'http://localhost:3000/api/create-stripe-customer', 10000)$$,
  'a sign-up notifies the route, with its own timeout'
);
select results_eq(
  $$select headers ->> 'x-api-key', lower(headers ->> 'content-type') from net.http_request_queue$$,
  $$values ('not a secret', 'application/json')$$,
  'and sends the secret in a header'
);
select results_eq(
  $$select body ->> 'type', body ->> 'table', body ->> 'schema', body #>> '{record,id}', body #>> '{record,email}',
      body -> 'old_record'
    from (select convert_from(body, 'UTF8')::jsonb as body from net.http_request_queue) as request$$,
  $$values ('INSERT', 'profile', 'public', '20000000-0000-4000-8000-000000000006', 'grace@example.com', 'null'::jsonb)$$,
  'with the body of a database webhook'
);

delete from net.http_request_queue;
-- As the engine links: the row of work first.
update public.stripe_customer_work set stripe_customer = 'cus_grace'
where profile_id = '20000000-0000-4000-8000-000000000006';
update public.profile set stripe_customer = 'cus_grace' where email = 'grace@example.com';
select is_empty('select * from net.http_request_queue', 'linking the customer does not notify the route');

-- A change of the e-mail.

update public.stripe_customer_work set kind = 'update', state = 'done', stripe_customer = 'cus_grace', done_at = now()
where profile_id = '20000000-0000-4000-8000-000000000006';
select lives_ok(
  $$update auth.users set email = 'hopper@example.com' where id = '20000000-0000-4000-8000-000000000006'$$,
  'a user changes the e-mail'
);
select results_eq(
  $$select email from public.profile where id = '20000000-0000-4000-8000-000000000006'$$,
  array['hopper@example.com'],
  'the profile has the new one'
);
select results_eq(
  $$select kind, state, revision, stripe_customer, done_at
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000006'$$,
  $$values ('update', 'pending', 2, 'cus_grace', null::timestamptz)$$,
  'the work is pending again, for the same customer'
);
select results_eq(
  $$select body ->> 'type', body #>> '{old_record,email}', body #>> '{record,email}'
    from (select convert_from(body, 'UTF8')::jsonb as body from net.http_request_queue) as request$$,
  $$values ('UPDATE', 'grace@example.com', 'hopper@example.com')$$,
  'and the route is notified'
);
update auth.users set email = 'hopper@example.com' where id = '20000000-0000-4000-8000-000000000006';
select results_eq(
  $$select revision from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000006'$$,
  array[2],
  'setting the same e-mail again does nothing'
);

create trigger refuse before update on public.profile for each row execute function pg_temp.refuse();
select lives_ok(
  $$update auth.users set email = 'late@example.com' where id = '20000000-0000-4000-8000-000000000002'$$,
  'a change of the e-mail succeeds when the update of the profile raises'
);
drop trigger refuse on public.profile;
select results_eq(
  $$select email from public.profile where id = '20000000-0000-4000-8000-000000000002'$$,
  array[null::text],
  'the profile keeps the old one'
);

-- One profile that cannot be repaired must hold up neither the others nor the sweep.
update auth.users set email = 'poison@example.com' where id = '20000000-0000-4000-8000-000000000003';
update public.profile set email = 'net@example.com' where email = 'poison@example.com';
select public.enqueue_profile_repair('20000000-0000-4000-8000-000000000003');
create trigger refuse before update on public.profile
  for each row when (new.email = 'poison@example.com') execute function pg_temp.refuse();
select is(public.repair_profiles(), 1, 'the repair finds it');
drop trigger refuse on public.profile;
select results_eq(
  $$select profile.email, work.state, work.revision
    from public.profile join public.stripe_customer_work as work on work.profile_id = profile.id
    where profile.id = '20000000-0000-4000-8000-000000000002'$$,
  $$values ('late@example.com', 'pending', 2)$$,
  'and writes the e-mail, which makes an update of the customer due'
);
select results_eq(
  'select user_id, next_attempt_at from public.profile_repair',
  $$values ('20000000-0000-4000-8000-000000000003'::uuid, now() + interval '1 minute')$$,
  'a profile that could not be repaired stays in the queue'
);
update auth.users set email = 'net@example.com' where id = '20000000-0000-4000-8000-000000000003';
update public.profile_repair set next_attempt_at = now();
select is(public.repair_profiles(), 0, 'a profile that needs no repair any more');
select is_empty('select * from public.profile_repair', 'leaves the queue');

delete from public.profile where id = '20000000-0000-4000-8000-000000000005';
update auth.users set email = 'here@example.com' where id = '20000000-0000-4000-8000-000000000005';
select is(public.repair_profiles(), 1, 'a change that finds no profile restores the profile');

create trigger refuse before update on public.profile for each row execute function pg_temp.refuse();
create trigger refuse before insert on public.profile_repair for each row execute function pg_temp.refuse();
select lives_ok(
  $$update auth.users set email = 'there@example.com' where id = '20000000-0000-4000-8000-000000000005'$$,
  'a change succeeds even if its repair cannot be enqueued'
);
drop trigger refuse on public.profile;
drop trigger refuse on public.profile_repair;
select is(public.repair_profiles(), 0, 'the sweep does not find that change');
select is((select outdated from public.count_profile_repairs()), 1::bigint, 'it counts as outdated');
select is((select sum(written)::int from public.repair_profile_page()), 1, 'a repair of all users finds it');
select is(
  (select email from public.profile where id = '20000000-0000-4000-8000-000000000005'),
  'there@example.com',
  'and writes the e-mail'
);
select is((select outdated from public.count_profile_repairs()), 0::bigint, 'so the count is 0 again');

-- How many rows this transaction has read, from the tables and through their indexes. Sequential scans are off and cached
-- plans are discarded below, because Postgres always reads small tables as a whole if it can.
create function pg_temp.count_reads() returns bigint language sql as $$
  select sum(
    pg_stat_get_xact_tuples_returned(relation) + pg_stat_get_xact_tuples_fetched(relation) + (
      select sum(pg_stat_get_xact_tuples_fetched(indexrelid)) from pg_index where indrelid = relation
    )
  )
  from unnest(array['auth.users', 'public.profile', 'public.stripe_customer_work']::regclass[]) as relation
$$;
update public.profile set created_at = now() - interval '2 days';
set local enable_seqscan = off;
discard plans;
create temporary table reads on commit drop as select pg_temp.count_reads() as before;
select public.repair_profiles();
select is(pg_temp.count_reads(), before, 'with nothing to repair, the sweep reads no rows of earlier users') from reads;
select public.repair_profile_page();
select cmp_ok(pg_temp.count_reads(), '>', before, 'a repair of all users reads them') from reads;
reset enable_seqscan;

-- Deletion.

delete from auth.users where id = '20000000-0000-4000-8000-000000000006';
select is_empty(
  $$select * from public.profile where id = '20000000-0000-4000-8000-000000000006'$$,
  'a deletion deletes the profile'
);
select results_eq(
  $$select kind, state, stripe_customer, next_attempt_at
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000006'$$,
  $$values ('delete', 'pending', 'cus_grace', now())$$,
  'and leaves a tombstone with the customer'
);

delete from auth.users where id = '20000000-0000-4000-8000-000000000002';
select results_eq(
  $$select kind, state, stripe_customer
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000002'$$,
  $$values ('delete', 'done', null::text)$$,
  'without a call to Stripe there is nothing to delete'
);

select public.claim_stripe_customer_work(gen_random_uuid(), 30, 1, '20000000-0000-4000-8000-000000000003');
delete from auth.users where id = '20000000-0000-4000-8000-000000000003';
select results_eq(
  $$select kind, state, parameters ->> 'email', lease_token is not null
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000003'$$,
  $$values ('delete', 'pending', 'net@example.com', true)$$,
  'if Stripe may have been called, the tombstone keeps the parameters and the lease'
);

update public.stripe_customer_work set stripe_customer = 'cus_ada'
where profile_id = '20000000-0000-4000-8000-000000000001';
update public.profile set stripe_customer = 'cus_ada' where email = 'ada@example.com';
update auth.users set deleted_at = now(), email = 'scrambled' where id = '20000000-0000-4000-8000-000000000001';
select is_empty(
  $$select * from public.profile where id = '20000000-0000-4000-8000-000000000001'$$,
  'a soft deletion deletes the profile'
);
select results_eq(
  $$select kind, state, stripe_customer
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000001'$$,
  $$values ('delete', 'pending', 'cus_ada')$$,
  'and leaves a tombstone'
);
select results_eq(
  $$select state, look_first from public.stripe_customer_work
    where profile_id = '20000000-0000-4000-8000-000000000004'$$,
  $$values ('pending', true)$$,
  'a repaired profile may have had a customer before, so its work looks first'
);
select is((select sum(written)::int from public.repair_profile_page()), 0, 'the profile of a soft-deleted user is not restored');

create trigger refuse before update on public.stripe_customer_work for each row execute function pg_temp.refuse();
select throws_ok(
  $$delete from auth.users where id = '20000000-0000-4000-8000-000000000004'$$,
  'P0001',
  'refused by the test',
  'a deletion fails if the tombstone cannot be written'
);
drop trigger refuse on public.stripe_customer_work;

-- A profile that returns under its old id.

update public.stripe_customer_work set look_first = false where profile_id = '20000000-0000-4000-8000-000000000004';
delete from auth.users
where id in ('20000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000004');
insert into auth.users (id, email) values
  ('20000000-0000-4000-8000-000000000004', 'again@example.com'),
  ('20000000-0000-4000-8000-000000000001', 'ada@example.com');
select results_eq(
  $$select kind, state, key_number
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000004'$$,
  $$values ('create', 'pending', 2)$$,
  'an id that returns after its deletion gets a customer under a new key'
);
select results_eq(
  $$select kind, state, stripe_customer
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000001'$$,
  $$values ('delete', 'pending', 'cus_ada')$$,
  'an id that returns before the deletion is done waits for it'
);
select results_eq(
  $$select kind, stripe_customer
    from public.claim_stripe_customer_work(
      '20000000-0000-4000-8000-0000000000aa', 30, 1, '20000000-0000-4000-8000-000000000001'
    )$$,
  $$values ('delete', 'cus_ada')$$,
  'and a worker deletes the old customer first'
);
select public.complete_stripe_customer_work(
  '20000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-0000000000aa', 'delete', 'cus_ada', null, 3
);
select results_eq(
  $$select kind, state, key_number, stripe_customer
    from public.stripe_customer_work where profile_id = '20000000-0000-4000-8000-000000000001'$$,
  $$values ('create', 'pending', 2, null::text)$$,
  'then it gets its own customer'
);

select * from finish();
rollback;
