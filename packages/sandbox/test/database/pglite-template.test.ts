import { PGlite } from '@electric-sql/pglite'
import { expect, it } from 'vitest'
import { ensureTemplate, findTemplate } from '../../src/supabase/database/pglite-template.ts'

// Uses the real cache: a new template costs 7 seconds of a processor. host/cached-file.test.ts tests the cache itself.
it('stores a template, and loads a prepared database from it', async () => {
  const template = await ensureTemplate()
  const stored = await findTemplate()
  expect(Buffer.from(await stored!.arrayBuffer()).equals(Buffer.from(await template.arrayBuffer()))).toBe(true)

  const database = await PGlite.create({ loadDataDir: template })
  expect((await database.query('select count(*)::int as users from auth.users')).rows).toEqual([{ users: 0 }])
  const schemas = await database.query(
    `select to_regproc('net.http_post')::text as post, to_regclass('vault.secrets')::text as vault`,
  )
  expect(schemas.rows).toEqual([{ post: 'net.http_post', vault: 'vault.secrets' }])
  await database.close()
})
