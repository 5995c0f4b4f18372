import { fileURLToPath } from 'node:url'

/** Path of the repository's `supabase/migrations`. */
export const DEFAULT_MIGRATIONS_DIRECTORY = fileURLToPath(
  new URL('../../../../../supabase/migrations', import.meta.url),
)

/** Path of the repository's `supabase/seed.sql`. */
export const SEED_FILE = fileURLToPath(new URL('../../../../../supabase/seed.sql', import.meta.url))
