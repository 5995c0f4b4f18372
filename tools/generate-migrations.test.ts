import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { generatedMigrations } from './generate-migrations.ts'

it.each(generatedMigrations.map((generated) => ({ ...generated, name: basename(generated.migration.pathname) })))(
  'keeps $name equal to the SQL that the library ships',
  async ({ migration, source }) => {
    expect(await readFile(migration, 'utf8'), 'Run `npm run generate-migrations`.').toBe(await readFile(source, 'utf8'))
  },
)
