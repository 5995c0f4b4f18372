import { readFile } from 'node:fs/promises'

import { sqlFiles } from '../../src/cli/sql-files.ts'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

const readAll = async (files: readonly string[]) =>
  (await Promise.all(files.map((file) => read(`../../sql/${file}`)))).join('\n')

/** Reads the SQL for any PostgreSQL. */
export const readSql = () => readAll(sqlFiles.postgres)

/** Reads the SQL that Supabase needs in addition. */
export const readSupabaseSql = () => readAll(sqlFiles.supabase)

/** Reads the grants and policies that `docs/keyring.md` names for a role that does not own the tables. */
export async function readDocumentedGrants(): Promise<string> {
  const [, grants] = /^```sql\n([\s\S]*?)^```$/m.exec(await read('../../../../docs/keyring.md')) ?? []
  if (grants === undefined) throw new Error('docs/keyring.md has no block of SQL with the grants.')
  return grants
}
