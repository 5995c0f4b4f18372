import { randomUUID } from 'node:crypto'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProfileTable } from '../../src/sql/generate-sql.ts'
import { catalogueQuery, foreignProjects } from '../foreign-schemas.ts'
import { createPackedProject, type PackedProject } from '../packed-project.ts'
import { signUp, startStripe, stripeSecretKey } from '../test-stack.ts'

let project: PackedProject
let postgres: TestPostgres
beforeAll(async () => {
  project = createPackedProject(['pg', 'stripe', 'zod'])
  postgres = await startTestPostgres({ migrationsDirectory: null })
})
afterAll(async () => {
  project.remove()
  await postgres.stop()
})

/** A database of a project, with what a Supabase project has, and a Stripe account. */
async function createDatabase() {
  const name = `project_${randomUUID().replaceAll('-', '')}`
  const admin = new Pool({ connectionString: postgres.url, max: 1 })
  await admin.query(`create database ${name} template postgres`)
  await admin.end()
  const url = postgres.url.replace(/postgres$/, name)
  const pool = new Pool({ connectionString: url, max: 2 })
  const standIn = await startStripe()
  const env = {
    DATABASE_URL: url,
    STRIPE_SECRET_KEY: stripeSecretKey,
    STRIPE_API_BASE: `http://127.0.0.1:${standIn.port}`,
  }
  const run = (command: string, profiles?: ProfileTable) =>
    project.runBin([...command.split(' '), ...(profiles === undefined ? [] : flagsOf(profiles))], { env })
  const close = async () => {
    await pool.end()
    await standIn.stop()
  }
  return { pool, standIn, env, run, close }
}

function flagsOf({ table, id, customer, email }: ProfileTable): string[] {
  return ['--table', table, '--id', id, '--customer', customer, ...(email === undefined ? [] : ['--email', email])]
}

const ownersOf = (standIn: StripeStandIn) =>
  standIn.state().customers.map(({ metadata, email }) => [metadata['profile_id'], email])

describe.each(foreignProjects)('a project with $name', ({ schema, profiles }) => {
  let database: Awaited<ReturnType<typeof createDatabase>>
  let before: unknown[]
  let old: string
  beforeAll(async () => {
    database = await createDatabase()
    await database.pool.query(schema)
    old = await signUp(database.pool, 'old@example.com')
    before = (await database.pool.query(catalogueQuery)).rows
  })
  afterAll(async () => {
    await database.close()
  })
  const apply = async (command: string) => {
    const { exitCode, stdout, stderr } = await database.run(command, profiles)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    await database.pool.query(`begin; ${stdout} commit;`)
  }

  it('learns before anything is changed that nothing is in the way, and how its users will be treated', async () => {
    const { exitCode, stdout } = await database.run('preflight --json', profiles)
    expect(exitCode).toBe(0)
    const notes = expect.arrayContaining([expect.stringMatching(/^1 rows of \S+ have no customer yet/)])
    expect(JSON.parse(stdout)).toEqual({ type: 'preflight', table: profiles.table, problems: [], notes })
    expect((await database.pool.query(catalogueQuery)).rows).toEqual(before)
  })

  it('gives each user exactly one customer, after the migration is applied twice', async () => {
    await apply('sql')
    await apply('sql')
    const upgrade = await database.run('preflight --json', profiles)
    expect(JSON.parse(upgrade.stdout)).toMatchObject({ problems: [] })
    const young = await signUp(database.pool, 'young@example.com')
    expect((await database.run('sweep --json')).exitCode).toBe(0)
    expect(ownersOf(database.standIn)).toEqual([[young, 'young@example.com']])
    for (let time = 0; time < 2; time += 1) {
      expect(await database.run('reconcile --fix')).toMatchObject({ exitCode: 0 })
      expect(new Set(ownersOf(database.standIn))).toEqual(
        new Set([
          [young, 'young@example.com'],
          [old, 'old@example.com'],
        ]),
      )
      expect(database.standIn.state().customers).toHaveLength(2)
    }
    expect((await database.run('status')).exitCode).toBe(0)
  })

  it('has nothing left of the engine after it is uninstalled, and keeps its links', async () => {
    await apply('sql --uninstall')
    expect((await database.pool.query(catalogueQuery)).rows).toEqual(before)
    const { table, customer } = profiles
    const { rows } = await database.pool.query(`select "${customer}" as customer from ${table}`)
    const ids = database.standIn.state().customers.map(({ id }) => id)
    expect(new Set(rows.map((row) => row.customer))).toEqual(new Set(ids))
    await signUp(database.pool, 'later@example.com')
  })
})

describe('the preflight', () => {
  it('names each obstacle, and changes nothing', async () => {
    const database = await createDatabase()
    await database.pool.query(`
      create table public.members (id bigint primary key, customer integer, other text);
      create table public.profiles (id uuid primary key, customer text, name text);
      insert into public.profiles values (gen_random_uuid(), 'cus_1'), (gen_random_uuid(), 'cus_1');
      create table public.stripe_event (id text);
      create function public.link_stripe_customer(text) returns text language sql as 'select $1';
    `)
    const before = (await database.pool.query(catalogueQuery)).rows
    const problemsOf = async (profiles: ProfileTable) => {
      const { exitCode, stdout } = await database.run('preflight --json', profiles)
      expect(exitCode).toBe(1)
      return JSON.parse(stdout).problems.join('\n')
    }
    const members = await problemsOf({ table: 'public.members', id: 'id', customer: 'customer', email: 'mail' })
    for (const text of ['bigint', 'integer', 'no column mail', 'stripe_event', 'link_stripe_customer'])
      expect(members).toContain(text)
    const shared = await problemsOf({ table: 'public.profiles', id: 'id', customer: 'customer' })
    expect(shared).toContain('1 rows of public.profiles share a customer')
    expect(await problemsOf({ table: 'public.profiles', id: 'id', customer: 'stripe' })).toContain(
      'add column stripe text',
    )
    expect(await problemsOf({ table: 'public.none', id: 'id', customer: 'customer' })).toContain('does not exist')
    expect((await database.pool.query(catalogueQuery)).rows).toEqual(before)
    await database.close()
  })

  it('refuses a second table for an engine that is installed', async () => {
    const database = await createDatabase()
    await database.pool.query(`
      create table public.first (id uuid primary key, customer text, mail text);
      create table public.second (id uuid primary key, customer text, mail text);
    `)
    const first = { table: 'public.first', id: 'id', customer: 'customer', email: 'mail' }
    await database.pool.query((await database.run('sql', first)).stdout)
    const { exitCode, stdout } = await database.run('preflight', { ...first, table: 'public.second' })
    expect(exitCode).toBe(1)
    expect(stdout).toContain(
      'The engine is installed for public.first with the columns customer, id, mail. Uninstall it there first',
    )
    await database.close()
  })

  it('works for a role without rights, and says that they are missing', async () => {
    const database = await createDatabase()
    await database.pool.query(`
      create table public.profiles (id uuid primary key, customer text);
      create role reader login password 'reader';
    `)
    const url = new URL(database.env.DATABASE_URL)
    url.username = 'reader'
    url.password = 'reader'
    const profiles = { table: 'public.profiles', id: 'id', customer: 'customer' }
    const { exitCode, stdout, stderr } = await project.runBin(['preflight', ...flagsOf(profiles)], {
      env: { DATABASE_URL: url.href },
    })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('in the way') })
    expect(stdout).toContain('cannot add triggers to auth.users')
    expect(stdout).toContain('cannot read public.profiles')
    await database.close()
  })

  it('does not show the password of a database that does not respond', async () => {
    const env = { DATABASE_URL: 'postgres://user:hushhush@127.0.0.1:9/none' }
    const flags = ['preflight', ...flagsOf({ table: 'public.p', id: 'id', customer: 'c' })]
    const { exitCode, stdout, stderr } = await project.runBin(flags, { env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
    expect(stderr).toContain('did not respond')
    expect(stderr).not.toContain('hushhush')
  })
})
