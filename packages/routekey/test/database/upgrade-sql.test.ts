import { readFile } from 'node:fs/promises'

import { createTestDatabase } from '@routekey/sandbox/test-database'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

import { createKeyring, hashKey } from '../../src/index.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { createPostgresLimiter, createPostgresStore } from '../../src/stores/postgres.ts'
import { useEveryLimiterMethod } from '../shipped-sql/use-every-limiter-method.ts'
import { useEveryMethod } from '../shipped-sql/use-every-method.ts'

// What earlier versions shipped, as the application's migrations have it.
const keys = ['20261124020007_api_key.sql', '20261124020008_api_key_supabase.sql']
const limits = ['20261126100001_limit.sql', '20261126100002_limit_supabase.sql']
const lifecycle = ['20261126100201_api_key_lifecycle.sql', '20261126100202_api_key_lifecycle_supabase.sql']
const oneSql = ['20261127230001_api_key.sql']

const readMigration = (name: string) =>
  readFile(new URL(`../../../../supabase/migrations/${name}`, import.meta.url), 'utf8')

type Database = Awaited<ReturnType<typeof createTestDatabase>>

async function open(...scripts: readonly string[]): Promise<Database> {
  const database = await createTestDatabase({ migrationsDirectory: null })
  onTestFinished(() => database.close())
  for (const script of scripts) await database.exec(`begin; ${script}; commit`)
  return database
}

/** Lists every object of a schema with its definition and rights, without the name of the schema. */
async function readCatalogue(database: Database, schema = 'public'): Promise<readonly string[]> {
  const { rows } = await database.query<{ line: string }>(
    `with namespace as (select oid from pg_namespace where nspname = $1)
    select p.proname || coalesce(array_to_string(array(select unnest(p.proacl)::text order by 1), ' '), '-')
      || coalesce(obj_description(p.oid), '') || pg_get_functiondef(p.oid) as line
    from pg_proc as p, namespace where p.pronamespace = namespace.oid and p.prokind = 'f'
    union all
    select c.relname || c.relkind::text || c.relrowsecurity::text || coalesce(obj_description(c.oid), '')
      || coalesce(array_to_string(array(select unnest(c.relacl)::text order by 1), ' '), '-')
      || case when c.relkind = 'i' then pg_get_indexdef(c.oid) else '' end
    from pg_class as c, namespace where c.relnamespace = namespace.oid and c.relkind in ('r', 'S', 'i')
    union all
    select c.relname || '.' || a.attname || format_type(a.atttypid, a.atttypmod) || a.attnotnull || a.attidentity::text
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid, namespace
    where c.relnamespace = namespace.oid and c.relkind = 'r' and a.attnum > 0
    union all
    select conname || pg_get_constraintdef(pg_constraint.oid) from pg_constraint, namespace where connamespace = namespace.oid
    union all
    select pg_get_triggerdef(t.oid) from pg_trigger as t join pg_class as c on c.oid = t.tgrelid, namespace
    where not t.tgisinternal and c.relnamespace = namespace.oid
    union all
    select tablename || policyname || roles::text || cmd || coalesce(qual, '-') from pg_policies where schemaname = $1
    order by 1`,
    [schema],
  )
  const prefix = new RegExp(`"?${schema}"?\\.`, 'g')
  return rows.map(({ line }) => line.replaceAll(prefix, 'public.').replaceAll(/\s+/g, ' '))
}

const current = generateSql({ supabase: true })
let expected: readonly string[]

beforeAll(async () => {
  const database = await createTestDatabase({ migrationsDirectory: null })
  await database.exec(current)
  expected = await readCatalogue(database)
  await database.close()
})

describe('the SQL that the package ships', () => {
  it.each([
    ['of a version with keys alone', keys],
    ['of a version with keys and limits', [...keys, ...limits]],
    ['of a version with keys, limits and pruning', [...keys, ...limits, ...lifecycle]],
    ['of a version that counts requests, not points', oneSql],
  ])('upgrades a database %s, and leaves what a new one has', async (_version, migrations) => {
    const database = await open(...(await Promise.all(migrations.map(readMigration))))
    await database.exec(`begin; ${current}; commit`)
    expect(await readCatalogue(database)).toEqual(expected)
    await expect(useEveryMethod(createPostgresStore({ client: database }))).resolves.toBeUndefined()
  })

  it('can be applied again, and to a database that has more', async () => {
    const database = await open(generateSql(), current, current, generateSql(), current)
    expect(await readCatalogue(database)).toEqual(expected)
  })

  it('keeps keys, usage and the functions that a project has replaced', async () => {
    const migrations = await Promise.all([...keys, ...limits, ...lifecycle].map(readMigration))
    const database = await open(...migrations)
    await database.exec(
      `create or replace function public.get_api_key_owner_state(owner text) returns text
      language sql stable as $$ select case when owner = 'eve' then 'suspended' else 'active' end $$`,
    )
    const key = 'acme_1'
    await database.query('select public.create_api_key($1::text::jsonb)', [
      JSON.stringify({
        id: crypto.randomUUID(),
        hash: hashKey(key),
        owner: 'ada',
        name: 'CI',
        start: 'acme_',
        at: new Date(),
        scopes: [],
        limits: [],
        allowedIps: [],
        metadata: {},
      }),
    ])
    await database.exec(`begin; ${current}; commit`)
    const store = createPostgresStore({ client: database })
    expect(await store.findByHash(hashKey(key))).toMatchObject({ record: { owner: 'ada' }, isOwnerActive: true })
    await expect(createKeyring({ store, prefix: 'acme' }).create({ owner: 'eve', name: 'CI' })).rejects.toThrow(
      'ERR_KEY_OWNER',
    )
    await database.exec(
      `create or replace function public.list_readable_api_key_owners() returns setof text
      language sql stable as $$ select 'acme' $$`,
    )
    await database.exec(current)
    const { rows } = await database.query('select public.list_readable_api_key_owners() as owner')
    expect(rows).toEqual([{ owner: 'acme' }])
  })

  it('keeps the newest of several former secrets, of which an early version had any number', async () => {
    const database = await open(await readMigration(keys[0]!))
    await database.exec(
      `insert into api_key (id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at)
      values ('5a000000-0000-4000-8000-000000000001', 'ada', 'CI', 'x', '{}', '[]', '{}', '{}', now());
      insert into api_key_secret select repeat(number::text, 64), '5a000000-0000-4000-8000-000000000001', number = 3,
        case when number < 3 then now() + make_interval(days => number) end from generate_series(1, 3) as number`,
    )
    await database.exec(generateSql())
    const { rows } = await database.query('select left(hash, 1) as hash from api_key_secret order by 1')
    expect(rows).toEqual([{ hash: '2' }, { hash: '3' }])
  })
})

describe.each(['keys', 'my-keys', 'Select'])('the schema %s', (schema) => {
  let database: Database
  beforeAll(async () => {
    database = await createTestDatabase({ migrationsDirectory: null })
    await database.exec(generateSql({ schema, supabase: true }))
    await database.exec(generateSql({ schema, supabase: true }))
  })
  afterAll(() => database.close())

  it('has every table and function, and public is empty', async () => {
    const { rows } = await database.query(`select from pg_class where relnamespace = 'public'::regnamespace`)
    expect(rows).toEqual([])
    expect(await readCatalogue(database, schema)).toHaveLength(expected.length)
  })

  it('has a keyring and a limiter on which every method works', async () => {
    await expect(useEveryMethod(createPostgresStore({ client: database, schema }))).resolves.toBeUndefined()
    await expect(
      useEveryLimiterMethod(createPostgresLimiter({ client: database, schema, points: 1 })),
    ).resolves.toBeUndefined()
  })
})

it.each(['', 'a.b', 'a"; drop table x; --'])('refuses a store in the schema %j', (schema) => {
  const client = { query: () => Promise.reject(new Error('never called')) }
  expect(() => createPostgresStore({ client, schema })).toThrow('ERR_CONFIG_SCHEMA')
  expect(() => createPostgresLimiter({ client, schema })).toThrow('ERR_CONFIG_SCHEMA')
})
