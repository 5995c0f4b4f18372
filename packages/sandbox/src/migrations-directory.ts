import { fileURLToPath } from 'node:url'

/** Path of the repository's `supabase/migrations`. */
export const DEFAULT_MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../../supabase/migrations', import.meta.url))
