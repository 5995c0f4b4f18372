import { z } from 'zod'
import type { SqlClient } from '../database/sql-client.ts'

const secretRowsSchema = z.array(z.object({ id: z.string(), decrypted_secret: z.string() }))

/** Creates a secret in Vault, or updates it if its value differs. */
export async function writeVaultSecret(
  database: Pick<SqlClient, 'query'>,
  name: string,
  secret: string,
): Promise<void> {
  const { rows } = await database.query('select id, decrypted_secret from vault.decrypted_secrets where name = $1', [
    name,
  ])
  const [found] = secretRowsSchema.parse(rows)
  if (found === undefined) await database.query('select vault.create_secret($1, $2)', [secret, name])
  else if (found.decrypted_secret !== secret) {
    await database.query('select vault.update_secret($1, new_secret => $2)', [found.id, secret])
  }
}
