import { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createStripeCustomers } from '../../src/index.ts'
import { generateSql, type ProfileTable } from '../../src/sql/generate-sql.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

const own: ProfileTable = { table: 'public.profile', id: 'id', customer: 'stripe_customer', email: 'email' }

/** Profiles as the quickstart of Supabase has them, with a user from before. */
const quickstart = `
  create table public.profiles (id uuid not null references auth.users on delete cascade primary key, email text);
  create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    insert into public.profiles (id, email) values (new.id, new.email);
    return new;
  end
  $$;
  create trigger on_auth_user_created after insert on auth.users
    for each row execute procedure public.handle_new_user();
  insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), 'old@example.com', now());
  alter table public.profiles add column stripe_customer_id text;
`

/** Another shape: a column of another name, and the e-mail only in `auth.users`. */
const accounts = `
  create schema app;
  create table app."Account" ("user" uuid primary key references auth.users on delete cascade, customer text);
  create function app.add_account() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    insert into app."Account" ("user") values (new.id);
    return new;
  end
  $$;
  create trigger add_account after insert on auth.users for each row execute procedure app.add_account();
  insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), 'old@example.com', now());
`

const foreign = [
  {
    name: "the quickstart's profiles",
    before: quickstart,
    copyEmails: 'update public.profiles set email = users.email from auth.users where users.id = profiles.id',
    profiles: { table: 'public.profiles', id: 'id', customer: 'stripe_customer_id', email: 'email' },
  },
  {
    name: 'a table with other names and no e-mail',
    before: accounts,
    copyEmails: '',
    profiles: { table: 'app.Account', id: 'user', customer: 'customer' },
  },
] as const

async function createDatabase(options?: Parameters<typeof createTestDatabase>[0]): Promise<PGlite> {
  const database = await createTestDatabase(options)
  onTestFinished(() => database.close())
  return database
}

/** Reads the definitions of all objects that the SQL may create. */
async function readCatalogue(database: PGlite): Promise<unknown[]> {
  const { rows } = await database.query(`
    select 'function' as kind, proname as name, pg_get_functiondef(oid) as definition, proacl::text as rights
    from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f'
    union all
    select 'trigger', tgname, pg_get_triggerdef(oid), null from pg_trigger where not tgisinternal
    union all
    select 'relation', relname, pg_get_viewdef(oid), relacl::text from pg_class
    where relnamespace = 'public'::regnamespace
    union all
    select 'column', attrelid::regclass || '.' || attname, format_type(atttypid, atttypmod), null
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and attnum > 0
    union all
    select 'constraint', conname, pg_get_constraintdef(oid), null from pg_constraint
    where connamespace = 'public'::regnamespace
    order by 1, 2, 3
  `)
  return rows
}

describe('the SQL of the engine', () => {
  it('changes nothing when it is applied again', async () => {
    const database = await createDatabase()
    const before = await readCatalogue(database)
    await database.exec(generateSql(own))
    expect(await readCatalogue(database)).toEqual(before)
  })

  it('keeps the rule and the details of a project', async () => {
    const database = await createDatabase()
    await database.exec(`
      create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language sql as 'select false';
      create or replace function public.stripe_customer_details(profile_id uuid) returns jsonb language sql as
        $$select '{"name": "Ada"}'::jsonb$$;
    `)
    await database.exec(generateSql(own))
    const { rows } = await database.query(
      'select public.may_have_stripe_customer($1) as rule, public.stripe_customer_details($1) as details',
      [crypto.randomUUID()],
    )
    expect(rows).toEqual([{ rule: false, details: { name: 'Ada' } }])
  })

  it.each(foreign)(
    'serves $name, after it is applied twice beside an old user',
    async ({ before, copyEmails, profiles }) => {
      const [database, standIn] = await Promise.all([createDatabase({ migrationsDirectory: null }), startStripe()])
      onTestFinished(() => standIn.stop())
      await database.exec(before)
      for (let time = 0; time < 2; time += 1) await database.exec(generateSql(profiles))

      const id = await signUp(database, 'new@example.com')
      const customers = createStripeCustomers({ postgres: database, stripe: createStripe(standIn) })
      expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
      await database.query('update auth.users set email = $2 where id = $1', [id, 'newer@example.com'])
      await database.exec(copyEmails)
      expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
      expect(standIn.state().customers).toMatchObject([{ email: 'newer@example.com', metadata: { profile_id: id } }])
      await database.query('delete from auth.users where id = $1', [id])
      expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
      expect(standIn.state().customers).toEqual([])
    },
  )

  it('needs nothing of Supabase', async () => {
    const database = await PGlite.create()
    onTestFinished(() => database.close())
    await database.exec('create table public.member (id uuid primary key, mail text, customer text)')
    const sql = generateSql({ table: 'public.member', id: 'id', customer: 'customer', email: 'mail' })
    for (let time = 0; time < 2; time += 1) await database.exec(sql)
    const standIn = await startStripe()
    onTestFinished(() => standIn.stop())
    await database.query(`insert into public.member values (gen_random_uuid(), 'member@example.com')`)
    const customers = createStripeCustomers({ postgres: database, stripe: createStripe(standIn) })
    expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
    const { rows } = await database.query('select customer from public.member')
    expect(rows).toEqual(standIn.state().customers.map(({ id }) => ({ customer: id })))
    expect(await customers.readWakeUps()).toMatchObject({ state: 'not_installed', madeBySchedule: 1 })
  })

  it.each([
    { ...own, table: 'profile' },
    { ...own, id: '' },
  ])('refuses $table with the id "$id"', (profiles) => {
    expect(() => generateSql(profiles)).toThrow(TypeError)
  })

  it('quotes every name', () => {
    const sql = generateSql({ table: 'public.a"b', id: "i'd", customer: 'order' })
    expect(sql).toContain('on "public"."a""b"')
    expect(sql).toContain(`tombstone_stripe_customer_work('i''d', 'order')`)
  })
})
