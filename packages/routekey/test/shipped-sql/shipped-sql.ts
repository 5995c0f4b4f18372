import { readFile } from 'node:fs/promises'

/** Reads the grants and policies that `docs/keyring.md` names for a role that does not own the tables. */
export async function readDocumentedGrants(): Promise<string> {
  const guide = await readFile(new URL('../../../../docs/keyring.md', import.meta.url), 'utf8')
  const [, grants] = /^```sql\n([\s\S]*?)^```$/m.exec(guide) ?? []
  if (grants === undefined) throw new Error('docs/keyring.md has no block of SQL with the grants.')
  return grants
}
