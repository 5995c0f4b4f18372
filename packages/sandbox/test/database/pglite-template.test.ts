import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { expect, it, onTestFinished } from 'vitest'
import { ensureTemplate, findTemplate } from '../../src/supabase/database/pglite-template.ts'

it('creates a template once, stores it, and loads a prepared database from it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-template-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  expect(await findTemplate(directory)).toBeNull()
  const created = await ensureTemplate(directory)
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^template-[0-9a-f]{16}\.tar$/)])

  const stored = await ensureTemplate(directory)
  expect(Buffer.from(await stored.arrayBuffer()).equals(Buffer.from(await created.arrayBuffer()))).toBe(true)
  const database = await PGlite.create({ loadDataDir: stored })
  expect((await database.query('select count(*)::int as users from auth.users')).rows).toEqual([{ users: 0 }])
  await database.close()
})
