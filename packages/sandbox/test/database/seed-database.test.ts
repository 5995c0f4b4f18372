import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { seedFile } from '../../src/supabase/database/repository-files.ts'
import { seedDatabase } from '../../src/supabase/database/seed-database.ts'
import { createTestDatabase } from '../../src/testing/create-test-database.ts'

let database: PGlite

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(() => database.close())

it('gives the repository’s user a profile, once', async () => {
  await seedDatabase(database, seedFile)
  const profile = 'select email from public.profile'
  const { rows } = await database.query(profile)
  expect(rows).toHaveLength(1)

  await database.query('delete from auth.users')
  await seedDatabase(database, seedFile)
  expect((await database.query(profile)).rows).toEqual([])
})

it('rolls back a file that fails, and runs it again once it is fixed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-seed-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'seed-of-test.sql')
  await writeFile(path, 'create table public.seeded (id int); select 1 / 0;')
  await expect(seedDatabase(database, path)).rejects.toMatchObject({
    code: 'ERR_SANDBOX_SEED',
    message: 'seed-of-test.sql failed: division by zero. Fix the file and start again.',
  })
  await writeFile(path, 'create table public.seeded (id int);')
  await seedDatabase(database, path)
  expect((await database.query(`select to_regclass('public.seeded')::text as name`)).rows).toEqual([{ name: 'seeded' }])
})
