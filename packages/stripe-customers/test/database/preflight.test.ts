import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { runPreflight } from '../../src/preflight/run-preflight.ts'
import { generateSql, type ProfileTable } from '../../src/sql/generate-sql.ts'
import { catalogueQuery } from '../foreign-schemas.ts'
import { useProjects } from './open-projects.ts'

const members: ProfileTable = { table: 'public.members', id: 'id', customer: 'customer', email: 'mail' }
const columns = 'id uuid primary key, customer text, mail text'
const table = `create table public.members (${columns});`

const { openPlain, openSupabase, connectAgain } = useProjects()

const policy = (command: string, to: string, check: string) =>
  `create policy p_${command}_${to} on public.profiles for ${command} to ${to} ${check};`

/** Runs the preflight, and expects that nothing is different after it. */
async function preflight(database: Client, profiles = members) {
  const before = (await database.query(catalogueQuery)).rows
  const report = await runPreflight(database, profiles)
  expect((await database.query(catalogueQuery)).rows).toEqual(before)
  return { problems: report.problems.join('\n'), notes: report.notes.join('\n') }
}

describe('the preflight of a plain Postgres', () => {
  it.each([
    ['a table with a row', `${table} insert into public.members values (gen_random_uuid())`],
    ['an identity', `create table public.members (number bigint generated always as identity, ${columns})`],
    ['a short name of its schema in the search path', `${table} set search_path = app, public`],
  ])('finds nothing in %s', async (_what, schema) => {
    expect((await preflight(await openPlain(schema))).problems).toBe('')
  })

  it.each([
    [
      'a partitioned table',
      `create table public.members (${columns}) partition by hash (id);
       create table public.part partition of public.members for values with (modulus 1, remainder 0)`,
      /partitioned/,
    ],
    [
      'a customer that cannot be null',
      `create table public.members (id uuid primary key, customer text not null default '', mail text)`,
      /alter table public\.members alter column customer drop not null;[^]*drop default;/,
    ],
    [
      'a generated customer',
      `create table public.members (id uuid primary key, customer text generated always as ('cus_' || mail) stored, mail text)`,
      /generated/,
    ],
    [
      'a customer that is too short',
      'create table public.members (id uuid primary key, customer varchar(10), mail text)',
      /alter table public\.members alter column customer type text;/,
    ],
    [
      'a customer that a check refuses',
      `create table public.members (id uuid primary key, customer text check (customer like 'account%'), mail text)`,
      /could not link rows of public\.members: .*members_customer_check/,
    ],
    ['an enum', `${table} create type public.stripe_event as enum ('a')`, /type public\.stripe_event exists/],
    [
      'an index',
      `${table} create index stripe_customer_profile_customer on public.members (mail)`,
      /relation public\.stripe_customer_profile_customer exists/,
    ],
    [
      'a constraint that no name tells',
      `${table} create rule no_truth as on update to public.members do instead nothing`,
      /does not keep a value/,
    ],
  ])('finds %s', async (_what, schema, problem) => {
    expect((await preflight(await openPlain(schema))).problems).toMatch(problem)
  })

  it('says that each profile gets a customer beside users of another kind, and is right', async () => {
    for (const id of ['uuid', 'bigint']) {
      const database = await openPlain(
        `create schema auth; create table auth.users (id ${id} primary key, email text); ${table}`,
      )
      expect(await preflight(database)).toMatchObject({
        problems: '',
        notes: expect.stringContaining('confirmed or not'),
      })
      await database.query(generateSql(members))
      await database.query(`insert into public.members (id, mail) values (gen_random_uuid(), 'a@example.com')`)
      const { rows } = await database.query('select state from public.stripe_customer_work')
      expect(rows).toEqual([{ state: 'pending' }])
      const withoutEmail = { table: 'public.members', id: 'id', customer: 'customer' }
      expect((await preflight(database, withoutEmail)).problems).toContain('--email')
    }
  })

  it('finds that row-level security hides the rows from the owner of the engine', async () => {
    const database = await openPlain(
      `create role builder; grant create, usage on schema public to builder; set role builder; ${table}
       alter table public.members enable row level security`,
    )
    expect((await preflight(database)).problems).toBe('')
    await database.query('alter table public.members force row level security')
    expect((await preflight(database)).problems).toContain('no force row level security')
  })

  it('runs no trigger of the project, and advances no sequence', async () => {
    const database = await openPlain(`
      create table public.members (number serial, code bigint generated always as identity, ${columns});
      create sequence public.seen;
      create function public.see() returns trigger language plpgsql as
        $$begin perform nextval('public.seen'); return new; end$$;
      create trigger see before insert or update on public.members for each row execute function public.see();
      insert into public.members values (default, default, gen_random_uuid());
    `)
    const read = async () => (await database.query('select sequencename, last_value from pg_sequences order by 1')).rows
    const before = await read()
    expect(before).toHaveLength(3)
    expect((await preflight(database)).problems).toBe('')
    await database.query(generateSql(members))
    expect((await preflight(database)).problems).toBe('')
    expect(await read()).toEqual(before)
  })
})

describe('the preflight of a Supabase project', () => {
  const profiles: ProfileTable = { table: 'public.profiles', id: 'id', customer: 'stripe_customer_id' }
  const quickstart = `
    create table public.profiles (
      id uuid not null references auth.users on delete cascade primary key, "full name" text, stripe_customer_id text
    );
    grant select, insert, update, delete on public.profiles to authenticated;
  `
  const own = 'using ((select auth.uid()) = id)'
  const secured = `${quickstart} alter table public.profiles enable row level security;`

  it.each([
    ['no row-level security', quickstart, /authenticated can insert and update/],
    ['a policy for their own row', secured + policy('update', 'authenticated', own), /authenticated can update/],
    ['a policy for all', secured + policy('all', 'public', own), /authenticated can insert and update/],
    [
      'a right on the column alone',
      `${secured} revoke all on public.profiles from anon, authenticated;
       grant update (stripe_customer_id) on public.profiles to authenticated; ${policy('update', 'authenticated', own)}`,
      /^authenticated can update/,
    ],
    [
      'a right of everyone',
      `${secured} revoke all on public.profiles from anon, authenticated; grant update on public.profiles to public;
       ${policy('update', 'public', own)}`,
      /^anon and authenticated and public can update/,
    ],
  ])(
    'finds that users can write the customer with %s, until its statements are run',
    async (_what, schema, problem) => {
      const database = await openSupabase(schema)
      const { problems } = await preflight(database, profiles)
      expect(problems).toMatch(problem)
      const statements = /: (revoke .*;)$/.exec(problems)?.[1] ?? ''
      await database.query(statements)
      expect((await preflight(database, profiles)).problems).toBe('')
      const { rows } = await database.query(
        `select has_column_privilege('authenticated', 'public.profiles', 'full name', 'update') as kept,
        has_column_privilege('authenticated', 'public.profiles', 'stripe_customer_id', 'update') as taken`,
      )
      expect(rows).toEqual([{ kept: !schema.includes('grant update (stripe_customer_id)'), taken: false }])
    },
  )

  it.each([
    ['no policy', secured],
    ['a policy to read', secured + policy('select', 'authenticated', own)],
    ['a policy for others', `${secured} create role staff; ${policy('update', 'staff', own)}`],
    ['a policy that allows nothing', secured + policy('update', 'authenticated', 'using (false)')],
    ['a restrictive policy', `${secured} create policy r on public.profiles as restrictive for update ${own};`],
  ])('finds nothing with %s', async (_what, schema) => {
    expect((await preflight(await openSupabase(schema), profiles)).problems).toBe('')
  })

  it('finds that users can insert the customer with a policy that hides what it allows to insert', async () => {
    const schema = secured + policy('all', 'authenticated', 'using (false) with check (true)')
    expect((await preflight(await openSupabase(schema), profiles)).problems).toMatch(/^authenticated can insert public/)
  })

  it('tries the link of a user who exists, where a row needs a user', async () => {
    const user = `insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com');
      insert into public.profiles (id) select id from auth.users;`
    const broken = `${secured.replace('stripe_customer_id text', `stripe_customer_id text check (stripe_customer_id = '')`)}${user}`
    expect((await preflight(await openSupabase(secured + user), profiles)).problems).toBe('')
    expect((await preflight(await openSupabase(broken), profiles)).problems).toContain('could not link rows')
  })

  it('sends no request', async () => {
    const database = await openSupabase(`${table}
      select vault.create_secret('https://app.example.com', 'api_route_url'), vault.create_secret('s', 'api_route_secret')`)
    expect((await preflight(database)).problems).toBe('')
    expect((await database.query('select * from net.http_request_queue')).rows).toEqual([])
  })

  it('says what a role without rights cannot do', async () => {
    const database = await openSupabase(`
      create role dev; create role reader; grant create, usage on schema public to dev; grant usage on schema public to reader;
      set role dev; ${table}`)
    const withoutEmail = { table: 'public.members', id: 'id', customer: 'customer' }
    for (const one of [members, withoutEmail])
      expect((await preflight(database, one)).problems).toContain('cannot add triggers to auth.users')
    await database.query(
      'reset role; grant usage on schema auth to dev; grant trigger on auth.users to dev; set role dev',
    )
    expect((await preflight(database)).problems).toContain('cannot read all of auth.users')
    await database.query('reset role; set role reader')
    const { problems, notes } = await preflight(database)
    expect(problems).toContain('cannot create in the schema public')
    expect(notes).toContain('This role cannot read public.members, so its rows were not checked.')
    expect(notes).toContain('The migration was not tried')
  })
})

describe('the preflight of a database in use', () => {
  it('does not wait for the lock of another transaction, and says so', async () => {
    const client = await openPlain(table)
    const other = await connectAgain()
    await other.query('begin; lock table public.members in row exclusive mode')
    expect((await runPreflight(client, members)).problems).toEqual([expect.stringContaining('others hold a lock')])
    await other.query('rollback')
    expect((await runPreflight(client, members)).problems).toEqual([])
    await client.query('set default_transaction_read_only = on')
    expect((await runPreflight(client, members)).problems).toEqual([expect.stringContaining('is read-only')])
  })
  it('throws the first error if the connection is lost', async () => {
    const client = await openPlain(table)
    const killer = await connectAgain()
    client.on('error', () => {})
    const { rows } = await client.query('select pg_backend_pid() as pid')
    const query = async (text: string, values: unknown[]) => {
      if (text.startsWith('alter table')) await killer.query('select pg_terminate_backend($1)', [rows[0].pid])
      return client.query(text, values)
    }
    await expect(runPreflight({ query }, members)).rejects.toThrow(/terminat|connection/i)
  })
})
