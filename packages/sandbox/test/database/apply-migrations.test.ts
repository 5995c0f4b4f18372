import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createTestDatabase, prepareTestDatabase } from '../../src/testing/create-test-database.ts'

let database: PGlite

beforeAll(async () => {
  database = await createTestDatabase({ migrationsDirectory: null })
})

afterAll(() => database.close())

async function migrationsOf(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-migrations-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await Promise.all(Object.entries(files).map(([name, sql]) => writeFile(join(directory, name), sql)))
  return directory
}

it('can create the extensions that a hosted project needs', async () => {
  const migrationsDirectory = await migrationsOf({
    '20260101000000_enable_extensions.sql': `
      create extension if not exists pg_net with schema extensions;
      create extension if not exists supabase_vault with schema vault;
    `,
  })
  await expect(prepareTestDatabase(database, { migrationsDirectory })).resolves.toBeUndefined()
})

it('runs each file once, in the order of versions, and records it as the Supabase CLI does', async () => {
  const files = {
    '20260102000001_add_second.sql': 'create table public.second (id int references public.first)',
    '20260102000000_add_first.sql': 'create table public.first (id int primary key)',
    'README.md': 'not a migration',
  }
  const migrationsDirectory = await migrationsOf(files)
  await prepareTestDatabase(database, { migrationsDirectory })
  await prepareTestDatabase(database, { migrationsDirectory })
  const { rows } = await database.query(`
    select version, name, statements from supabase_migrations.schema_migrations where version like '20260102%'
    order by version
  `)
  expect(rows).toEqual([
    { version: '20260102000000', name: 'add_first', statements: [files['20260102000000_add_first.sql']] },
    { version: '20260102000001', name: 'add_second', statements: [files['20260102000001_add_second.sql']] },
  ])
})

it('refuses two files with the same version, and applies neither', async () => {
  const migrationsDirectory = await migrationsOf({
    '20260104000000_one.sql': 'create table public.one (id int);',
    '20260104000000_two.sql': 'create table public.two (id int);',
  })
  await expect(prepareTestDatabase(database, { migrationsDirectory })).rejects.toMatchObject({
    code: 'ERR_SANDBOX_MIGRATION',
    message:
      'Migrations 20260104000000_one.sql and 20260104000000_two.sql have the same version. Rename the later one.',
  })
  const { rows } = await database.query(`select to_regclass('public.one') as one`)
  expect(rows).toEqual([{ one: null }])
})

it('names the file and line of an error, and rolls back that file', async () => {
  const migrationsDirectory = await migrationsOf({
    '20260103000000_break.sql': 'create table public.half (id int);\n\nselect * from public.missing;\n',
  })
  await expect(prepareTestDatabase(database, { migrationsDirectory })).rejects.toMatchObject({
    name: 'SandboxError',
    code: 'ERR_SANDBOX_MIGRATION',
    message:
      'Migration 20260103000000_break.sql, line 3, failed: relation "public.missing" does not exist. Fix the file and start again.',
  })
  const { rows } = await database.query(`select to_regclass('public.half') as half`)
  expect(rows).toEqual([{ half: null }])
})
