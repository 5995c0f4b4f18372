import { readFile } from 'node:fs/promises'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../src/testing/start-test-postgres.ts'

const migration = new URL('../../../../supabase/migrations/20261126100204_net_grants.sql', import.meta.url)
const apiRoles = ['anon', 'authenticated', 'service_role']

let server: TestPostgres
let sql: Sql

beforeAll(async () => {
  // Before the migrations, `net` has the grants of pg_net: everything to everyone.
  server = await startTestPostgres({ migrationsDirectory: null })
  sql = postgres(server.url, { max: 1, onnotice: () => {} })
})

afterAll(async () => {
  await sql.end()
  await server.stop()
})

/** Applies the migration as a role, and returns its warnings. */
async function applyAs(role: string): Promise<string[]> {
  const warnings: string[] = []
  const migrator = postgres(server.url, { max: 1, onnotice: ({ message }) => void warnings.push(message ?? '') })
  await migrator.unsafe(`set role ${role}; ${await readFile(migration, 'utf8')}`).simple()
  await migrator.end()
  return warnings
}

async function listReaders(): Promise<string[]> {
  const rows = await sql<{ role: string }[]>`
    select role from unnest(${apiRoles}::text[]) as role
    where has_schema_privilege(role, 'net', 'usage') and has_table_privilege(role, 'net.http_request_queue', 'select')`
  return rows.map(({ role }) => role)
}

it('warns, and changes nothing, where the queue belongs to a role that the migration cannot act for', async () => {
  await sql.unsafe('create role migrator')
  const [warning, ...others] = await applyAs('migrator')
  expect(others).toEqual([])
  expect(warning).toMatch(/can still read net\.http_request_queue, which belongs to postgres: .*service_role/)
  expect(await listReaders()).toEqual(apiRoles)
})

it('takes the queue from the API roles where it can, and leaves it to the role of the triggers', async () => {
  await sql.unsafe('create role net_owner; alter schema net owner to net_owner')
  for (const table of ['http_request_queue', '_http_response'])
    await sql.unsafe(`alter table net.${table} owner to net_owner`)
  await sql.unsafe('create role trigger_owner in role net_owner')
  expect(await applyAs('trigger_owner')).toEqual([])
  expect(await listReaders()).toEqual([])
  await sql.unsafe(`set role trigger_owner; select net.http_get('http://localhost/'); reset role`)
  const rows = await sql`select url from net.http_request_queue`
  expect(rows).toMatchObject([{ url: 'http://localhost/' }])
})
