import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import { expect, it, onTestFinished } from 'vitest'

import { findTemplate, loadTemplate } from '../../src/supabase/database/template.ts'

it('can be made by two at once, each of whom can use what it got', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-template-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  expect(await findTemplate(directory)).toBeNull()

  const templates = await Promise.all([loadTemplate(directory), loadTemplate(directory)])
  expect(await readdir(directory)).toHaveLength(1)
  for (const template of templates) {
    const database = await PGlite.create({ loadDataDir: template })
    expect((await database.query('select count(*)::int as users from auth.users')).rows).toEqual([{ users: 0 }])
    await database.close()
  }
})
