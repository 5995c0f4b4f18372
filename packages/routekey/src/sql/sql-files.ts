/** In the order in which they are applied; `supabase.sql` comes last, and only if asked for. */
export const sqlFiles = [
  'access.sql',
  'tables.sql',
  'owners.sql',
  'keys.sql',
  'usage.sql',
  'retention.sql',
  'limit.sql',
  'grants.sql',
] as const
