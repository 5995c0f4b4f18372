// npm run generate-migrations: copies the SQL that routekey ships into the application's migrations.
import { readFile, writeFile } from 'node:fs/promises'

interface GeneratedMigration {
  readonly migration: URL
  readonly source: URL
}

const locate = (migration: string, source: string): GeneratedMigration => ({
  migration: new URL(`../supabase/migrations/${migration}`, import.meta.url),
  source: new URL(import.meta.resolve(`routekey/sql/${source}`)),
})

/** The migrations that are copies of a file of the library. */
export const generatedMigrations: readonly GeneratedMigration[] = [
  locate('20261124020007_api_key.sql', 'api-key.sql'),
  locate('20261124020008_api_key_supabase.sql', 'api-key-supabase.sql'),
  locate('20261126100001_limit.sql', 'limit.sql'),
  locate('20261126100002_limit_supabase.sql', 'limit-supabase.sql'),
  locate('20261126100201_api_key_lifecycle.sql', 'api-key-lifecycle.sql'),
  locate('20261126100202_api_key_lifecycle_supabase.sql', 'api-key-lifecycle-supabase.sql'),
]

if (import.meta.main) {
  for (const { migration, source } of generatedMigrations) await writeFile(migration, await readFile(source))
}
