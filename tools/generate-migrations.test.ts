import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { generatedMigrations } from './generate-migrations.ts'

it.each(generatedMigrations.map((generated) => ({ ...generated, name: basename(generated.migration.pathname) })))(
  'keeps $name equal to the SQL that the package ships',
  async ({ migration, generate }) => {
    expect(await readFile(migration, 'utf8'), 'Run `npm run generate-migrations`.').toBe(generate())
  },
)
