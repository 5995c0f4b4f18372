import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/start-test-postgres.ts'

let dir: string
let server: TestPostgres
let sql: Sql

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'routekey-check-'))
  server = await startTestPostgres({ migrationsDirectory: null })
  sql = postgres(server.url, { max: 1, onnotice: () => {} })
  await sql`create role plain login password 'x'`
})

afterAll(async () => {
  await sql.end()
  await server.stop()
  await rm(dir, { recursive: true })
})

/** Creates a database with this content, and returns its address. */
async function createDatabase(name: string, script: string): Promise<string> {
  await sql`create database ${sql(name)} owner plain`
  const url = addressOf({ pathname: name })
  const client = postgres(url, { max: 1 })
  await client.unsafe(script)
  await client.end()
  return url
}

const addressOf = (parts: Partial<URL>): string => Object.assign(new URL(server.url), parts).href

const start = (databaseUrl: string) =>
  startSandbox({
    dir,
    databaseUrl,
    ports: { supabase: 0 },
    stripe: false,
    github: false,
    appUrl: 'http://127.0.0.1:9',
    apiRouteSecret: 'never-sent-in-this-test',
  })

const schemasOf = async (url: string): Promise<string[]> => {
  const client = postgres(url, { max: 1 })
  const rows = await client<{ nspname: string }[]>`select nspname from pg_namespace where nspname !~ '^pg_' order by 1`
  await client.end()
  return rows.map(({ nspname }) => nspname)
}

it('refuses a role that is not a superuser, and changes nothing', async () => {
  await createDatabase('owned', '')
  const url = addressOf({ pathname: 'owned', username: 'plain', password: 'x' })
  await expect(start(url)).rejects.toMatchObject({
    code: 'ERR_SANDBOX_DATABASE',
    message: expect.stringMatching(
      /^The role of DATABASE_URL is not a superuser.+Use a superuser, or unset DATABASE_URL\.$/,
    ),
  })
  expect(await schemasOf(url)).toEqual(['information_schema', 'public'])
})

it.each([
  ['a schema auth', 'create schema auth', 'schema auth'],
  ['a table', 'create table public.orders (id int)', 'table orders'],
])('refuses a database of others, which has %s, and changes nothing', async (_, script, taken) => {
  const url = await createDatabase(taken.replace(' ', '_'), script)
  const before = await schemasOf(url)
  await expect(start(url)).rejects.toMatchObject({
    code: 'ERR_SANDBOX_DATABASE',
    message: expect.stringContaining(`is not empty: it has the ${taken}.`),
  })
  expect(await schemasOf(url)).toEqual(before)
})

it.each([
  ['a password', { password: 'guessed' }, 'password authentication failed'],
  ['a database', { pathname: 'nowhere' }, 'database "nowhere" does not exist'],
  ['a port', { port: '9' }, 'ECONNREFUSED'],
])('says why the server does not accept %s, without the password', async (_, parts, reason) => {
  const url = addressOf(parts)
  const failure = await start(url).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'ERR_SANDBOX_DATABASE',
    message: expect.stringMatching(
      new RegExp(`^The Postgres of DATABASE_URL does not accept the connection: .*${reason}.*Start it, or correct`),
    ),
  })
  expect(String(failure)).not.toContain(new URL(url).password)
})
