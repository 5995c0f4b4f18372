import { connectionError } from './check-database.ts'
import { printErrorBriefly } from './print-error-briefly.ts'
import { keepGrants, type SandboxDatabase } from './sandbox-database.ts'
import { toSqlClient } from './to-sql-client.ts'

// @supabase/lite passes JSON as text, and then has the driver encode it again, so that an object arrives as a JSON string.
const jsonType = (oid: number) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
})
const types = { json: jsonType(114), jsonb: jsonType(3802) }

/**
 * Opens a real Postgres.
 *
 * @param url its address, with a superuser
 * @throws `ERR_SANDBOX_DATABASE` when it does not accept the connection
 */
export async function openPostgres(url: string): Promise<SandboxDatabase> {
  const { createPostgresConnection } = await import('@supabase/lite/postgres')
  const connection = createPostgresConnection({ url, postgresOptions: { onnotice: () => {}, types } })
  const sql = connection.driver
  try {
    await sql`select`
  } catch (error) {
    await connection.close()
    throw connectionError(error)
  }
  keepGrants(connection)
  connection.normalizeDbError = printErrorBriefly
  return {
    connection,
    query: async (text, values) => ({ rows: await sql.unsafe(text, values) }),
    async withClient(work) {
      const reserved = await sql.reserve()
      try {
        return await work(toSqlClient(reserved))
      } finally {
        reserved.release()
      }
    },
    listen: async (channel, onNotify) => {
      await sql.listen(channel, onNotify)
    },
    runRequest: (work) => work(),
    close: () => connection.close(),
  }
}
