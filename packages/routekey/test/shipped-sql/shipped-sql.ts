import { readFile } from 'node:fs/promises'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

/** Reads the SQL for any PostgreSQL. */
export const readSql = () => read('../../sql/api-key.sql')

/** Reads the SQL that Supabase needs in addition. */
export const readSupabaseSql = () => read('../../sql/api-key-supabase.sql')

/** Reads the grants and policies that `docs/keyring.md` names for a role that does not own the tables. */
export async function readDocumentedGrants(): Promise<string> {
  const [, grants] = /^```sql\n([\s\S]*?)^```$/m.exec(await read('../../../../docs/keyring.md')) ?? []
  if (grants === undefined) throw new Error('docs/keyring.md has no block of SQL with the grants.')
  return grants
}
