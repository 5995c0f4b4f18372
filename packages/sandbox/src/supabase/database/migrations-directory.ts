import { fileURLToPath } from 'node:url'

/** Path of the repository's `supabase/migrations`. */
export const defaultMigrationsDirectory = fileURLToPath(new URL('../../../../../supabase/migrations', import.meta.url))

/** Path of the repository's `supabase/seed.sql`. */
export const seedFile = fileURLToPath(new URL('../../../../../supabase/seed.sql', import.meta.url))
