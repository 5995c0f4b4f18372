-- Who gets a customer, and with which details.
begin;
select plan(46);

delete from vault.secrets where name in ('api_route_url', 'api_route_secret');
select vault.create_secret('http://localhost:3000/api/create-stripe-customer', 'api_route_url');
select vault.create_secret('not a secret', 'api_route_secret');

create function pg_temp.state_of(email text) returns text language sql as $$
  select work.state from public.profile join public.stripe_customer_work as work on work.profile_id = profile.id
  where profile.email is not distinct from state_of.email
$$;
create function pg_temp.wake_ups() returns bigint language sql as $$ select count(*) from net.http_request_queue $$;
create function pg_temp.claim() returns setof text language sql as $$
  select email from public.claim_stripe_customer_work(gen_random_uuid(), 30, 100)
$$;
delete from net.http_request_queue;

-- Sign-up with a password: the address is not confirmed.

insert into auth.users (id, email) values ('80000000-0000-4000-8000-000000000001', 'ada@example.com');
select is(pg_temp.state_of('ada@example.com'), 'waiting', 'an unconfirmed user waits');
select is(pg_temp.wake_ups(), 0::bigint, 'without a wake-up');
select is_empty('select pg_temp.claim()', 'nothing is due');
update auth.users set email = 'ada.l@example.com' where id = '80000000-0000-4000-8000-000000000001';
select is(pg_temp.state_of('ada.l@example.com'), 'waiting', 'a change of the address changes nothing');
select is(pg_temp.wake_ups(), 0::bigint, 'and wakes nobody');
update auth.users set last_sign_in_at = now() where id = '80000000-0000-4000-8000-000000000001';
select is(pg_temp.state_of('ada.l@example.com'), 'waiting', 'nor does anything else');

select lives_ok(
  $$update auth.users set email_confirmed_at = now() where id = '80000000-0000-4000-8000-000000000001'$$,
  'the user follows the link'
);
select is(pg_temp.state_of('ada.l@example.com'), 'pending', 'and the work is due');
select results_eq(
  $$select body ->> 'type', body ->> 'table', body ->> 'schema', body #>> '{record,id}'
    from (select convert_from(body, 'UTF8')::jsonb as body from net.http_request_queue) as request$$,
  $$values ('UPDATE', 'users', 'auth', '80000000-0000-4000-8000-000000000001')$$,
  'with one wake-up'
);
select results_eq('select pg_temp.claim()', array['ada.l@example.com'], 'a worker claims it');

-- An identity provider that has verified the address.

delete from net.http_request_queue;
insert into auth.users (id, email, email_confirmed_at) values
  ('80000000-0000-4000-8000-000000000002', 'github@example.com', now());
select is(pg_temp.state_of('github@example.com'), 'pending', 'a user whose provider has verified the address is due at once');
select is(pg_temp.wake_ups(), 1::bigint, 'with a wake-up');
insert into auth.users (id, phone, phone_confirmed_at) values
  ('80000000-0000-4000-8000-000000000003', '+15550100', now());
select is(pg_temp.state_of(null), 'pending', 'a confirmed phone is enough');

-- Anonymous users.

insert into auth.users (id, email, is_anonymous, email_confirmed_at) values
  ('80000000-0000-4000-8000-000000000004', 'anonymous@example.com', true, now());
select is(pg_temp.state_of('anonymous@example.com'), 'waiting', 'an anonymous user waits');
update auth.users set is_anonymous = false where id = '80000000-0000-4000-8000-000000000004';
select is(pg_temp.state_of('anonymous@example.com'), 'pending', 'until the user is permanent');

-- Other ways to the same row.

insert into auth.users (id, email) values ('80000000-0000-4000-8000-000000000005', 'grace@example.com');
select ok(
  public.requeue_stripe_customer_work('80000000-0000-4000-8000-000000000005'),
  'a row that waits can be requeued'
);
select is(pg_temp.state_of('grace@example.com'), 'waiting', 'and waits on');
delete from auth.users where id = '80000000-0000-4000-8000-000000000005';
select results_eq(
  $$select kind, state from public.stripe_customer_work where profile_id = '80000000-0000-4000-8000-000000000005'$$,
  $$values ('delete', 'done')$$,
  'nothing is to be deleted for a user who never had a customer'
);
insert into auth.users (id, email) values ('80000000-0000-4000-8000-000000000005', 'grace@example.com');
select is(pg_temp.state_of('grace@example.com'), 'waiting', 'a user who returns waits, too');

update public.profile set stripe_customer = 'cus_ada' where email = 'ada.l@example.com';
update auth.users set email_confirmed_at = null where id = '80000000-0000-4000-8000-000000000001';
select ok(
  public.requeue_stripe_customer_work('80000000-0000-4000-8000-000000000001'),
  'a row with a customer can be requeued'
);
select is(pg_temp.state_of('ada.l@example.com'), 'pending', 'and the rule does not keep it from being updated');

-- A trigger that failed.

alter table auth.users disable trigger reconsider_stripe_customer_of_user;
update auth.users set email_confirmed_at = now() where id = '80000000-0000-4000-8000-000000000005';
select is(pg_temp.state_of('grace@example.com'), 'waiting', 'a confirmation may be missed');
select is_empty(
  $$select * from pg_temp.claim() as email where email = 'grace@example.com'$$,
  'a sweep does not ask the rule before its time'
);
update public.stripe_customer_work set next_attempt_at = now()
where profile_id = '80000000-0000-4000-8000-000000000005';
select results_eq(
  $$select * from pg_temp.claim() as email where email = 'grace@example.com'$$,
  array['grace@example.com'],
  'then it asks, and claims the row'
);
alter table auth.users enable trigger reconsider_stripe_customer_of_user;

insert into auth.users (id, email) values ('80000000-0000-4000-8000-000000000006', 'hopper@example.com');
update public.stripe_customer_work set next_attempt_at = now(), created_at = now() - interval '2 days'
where profile_id = '80000000-0000-4000-8000-000000000006';
select is(public.reconsider_waiting_stripe_customers(), 0, 'a sweep opens no row that the rule does not allow');
select is(
  (select next_attempt_at from public.stripe_customer_work where profile_id = '80000000-0000-4000-8000-000000000006'),
  now() + interval '2 days',
  'and asks again later, the more seldom the older the row is'
);
select is_empty(
  $$select * from public.claim_stripe_customer_work(
    gen_random_uuid(), 30, 1, '80000000-0000-4000-8000-000000000006')$$,
  'the route claims no row that waits'
);

-- A rule of the project's own.

create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language plpgsql as $$
begin
  raise exception 'broken';
end
$$;
select lives_ok(
  $$insert into auth.users (id, email, email_confirmed_at) values
    ('80000000-0000-4000-8000-000000000007', 'lovelace@example.com', now())$$,
  'a rule that raises does not make a sign-up fail'
);
select is(pg_temp.state_of('lovelace@example.com'), 'waiting', 'and counts as no');
create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language sql as
  'select null::boolean';
select ok(not public.reconsider_stripe_customer('80000000-0000-4000-8000-000000000007'), 'so does null');
create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language sql as 'select true';
select ok(public.reconsider_stripe_customer('80000000-0000-4000-8000-000000000007'), 'a project can ask again');
select is(pg_temp.state_of('lovelace@example.com'), 'pending', 'and the row is due');
select ok(not public.reconsider_stripe_customer('80000000-0000-4000-8000-000000000007'), 'once');

-- Details.

create function pg_temp.build() returns jsonb language sql as $$
  select public.build_stripe_customer_parameters('80000000-0000-4000-8000-000000000007', 'lovelace@example.com')
$$;
select is(
  pg_temp.build(),
  '{"email": "lovelace@example.com", "metadata": {"profile_id": "80000000-0000-4000-8000-000000000007"}}',
  'a customer has the e-mail and the id of its profile'
);
create table public.detail (details jsonb);
insert into public.detail values (null);
create or replace function public.stripe_customer_details(profile_id uuid) returns jsonb language sql as
  'select details from public.detail';
select is(pg_temp.build() -> 'name', null, 'null is left out');
update public.detail set details =
  '{"name": "Ada", "phone": null, "preferred_locales": ["de", "en"], "metadata": {"plan": "pro"}}';
select is(
  pg_temp.build(),
  '{"email": "lovelace@example.com", "name": "Ada", "preferred_locales": ["de", "en"],
    "metadata": {"plan": "pro", "profile_id": "80000000-0000-4000-8000-000000000007"}}',
  'and what the project''s function returns'
);
select results_eq(
  $$select parameters -> 'name' from public.claim_stripe_customer_work(
    gen_random_uuid(), 30, 1, '80000000-0000-4000-8000-000000000007')$$,
  $$values ('"Ada"'::jsonb)$$,
  'which is frozen at the first attempt'
);

create function pg_temp.refused(details jsonb) returns text language plpgsql as $$
begin
  update public.detail set details = refused.details;
  return pg_temp.build() ->> 'refused';
end
$$;
select matches(pg_temp.refused('[]'), 'object', 'details must be an object');
select matches(pg_temp.refused('{"email": "other@example.com"}'), 'not email', 'the e-mail is that of the profile');
select matches(pg_temp.refused('{"name": 1}'), 'name', 'a name must be a text');
select matches(pg_temp.refused('{"phone": "000000000000000000000"}'), 'phone', 'a phone has up to 20 characters');
select matches(pg_temp.refused('{"preferred_locales": [1]}'), 'preferred_locales', 'locales are texts');
select matches(pg_temp.refused('{"metadata": {"profile_id": "x"}}'), 'own', 'the id of the profile cannot be replaced');
select matches(pg_temp.refused('{"metadata": {"a[b]": "c"}}'), 'brackets', 'nor can it be with brackets');
select matches(pg_temp.refused('{"metadata": {"a": 1}}'), 'metadata', 'metadata are texts');
create or replace function public.stripe_customer_details(profile_id uuid) returns jsonb language sql as
  'select (1 / 0)::text::jsonb';
select matches(pg_temp.build() ->> 'refused', 'division by zero', 'a function that raises is a reason, and not an error');

select * from finish();
rollback;
