// npm run generate-migrations: writes the SQL that the packages ship into the application's migrations.
import { writeFile } from 'node:fs/promises'
import { buildPackages } from './build-if-stale.ts'

interface GeneratedMigration {
  readonly migration: URL
  readonly generate: () => Promise<string>
}

const migrationOf = (name: string): URL => new URL(`../supabase/migrations/${name}`, import.meta.url)

// The packages are imported in the functions, because they are built first.

/** The migrations that come from a package. */
export const generatedMigrations: readonly GeneratedMigration[] = [
  {
    migration: migrationOf('20261127210001_stripe_customers.sql'),
    generate: async () => {
      const { generateSql } = await import('@routekey/stripe-customers/generate-sql')
      return generateSql({ table: 'public.profile', id: 'id', customer: 'stripe_customer', email: 'email' })
    },
  },
  {
    migration: migrationOf('20261128010001_api_key.sql'),
    generate: async () => {
      const { generateSql } = await import('routekey/generate-sql')
      return generateSql({ supabase: true })
    },
  },
]

if (import.meta.main) {
  await buildPackages()
  for (const { migration, generate } of generatedMigrations) await writeFile(migration, await generate())
}
