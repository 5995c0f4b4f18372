/** The SQL that the package ships, in the order in which it is applied: first for every database, then for Supabase. */
export const sqlFiles = {
  postgres: ['api-key.sql', 'limit.sql', 'api-key-lifecycle.sql'],
  supabase: ['api-key-supabase.sql', 'limit-supabase.sql', 'api-key-lifecycle-supabase.sql'],
} as const
