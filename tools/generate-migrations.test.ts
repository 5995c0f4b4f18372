import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from './build-if-stale.ts'
import { generatedMigrations } from './generate-migrations.ts'

beforeAll(async () => {
  await buildPackages()
}, 120_000)

it.each(generatedMigrations.map((generated) => ({ ...generated, name: basename(generated.migration.pathname) })))(
  'keeps $name equal to the SQL that the package ships',
  async ({ migration, generate }) => {
    expect(await readFile(migration, 'utf8'), 'Run `npm run generate-migrations`.').toBe(await generate())
  },
)
