import { fileURLToPath } from 'node:url'

/** The repository's `supabase/migrations`. */
export const migrationsDirectory = fileURLToPath(new URL('../../../../../supabase/migrations', import.meta.url))

/** The repository's `supabase/seed.sql`. */
export const seedFile = fileURLToPath(new URL('../../../../../supabase/seed.sql', import.meta.url))
