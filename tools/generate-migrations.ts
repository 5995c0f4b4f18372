// npm run generate-migrations: writes the SQL that the packages ship into the application's migrations.
import { readFile, writeFile } from 'node:fs/promises'
import { buildPackages } from './build-if-stale.ts'

interface GeneratedMigration {
  readonly migration: URL
  readonly generate: () => Promise<string>
}

const migrationOf = (name: string): URL => new URL(`../supabase/migrations/${name}`, import.meta.url)

const copy = (migration: string, source: string): GeneratedMigration => ({
  migration: migrationOf(migration),
  generate: () => readFile(new URL(import.meta.resolve(`routekey/sql/${source}`)), 'utf8'),
})

/** The migrations that come from a package. */
export const generatedMigrations: readonly GeneratedMigration[] = [
  copy('20261124020007_api_key.sql', 'api-key.sql'),
  copy('20261124020008_api_key_supabase.sql', 'api-key-supabase.sql'),
  copy('20261126100001_limit.sql', 'limit.sql'),
  copy('20261126100002_limit_supabase.sql', 'limit-supabase.sql'),
  copy('20261126100201_api_key_lifecycle.sql', 'api-key-lifecycle.sql'),
  copy('20261126100202_api_key_lifecycle_supabase.sql', 'api-key-lifecycle-supabase.sql'),
  {
    migration: migrationOf('20261127210001_stripe_customers.sql'),
    generate: async () => {
      // Not at the top, because the package is built first.
      const { generateSql } = await import('@routekey/stripe-customers/generate-sql')
      return generateSql({ table: 'public.profile', id: 'id', customer: 'stripe_customer', email: 'email' })
    },
  },
]

if (import.meta.main) {
  await buildPackages()
  for (const { migration, generate } of generatedMigrations) await writeFile(migration, await generate())
}
