/** What a statement may be given as a parameter. */
export type SqlValue = string | number | boolean | null

/** The part of a Postgres client that this package uses: a `PGlite`, a `pg` client or a `pg` pool client has it. */
export interface SqlClient {
  /** Runs one statement. */
  query(text: string, values?: SqlValue[]): Promise<{ rows: unknown[] }>
  /** Runs several statements. Left out where `query` without values does so. */
  exec?(text: string): Promise<unknown>
}

/** Runs a script of several statements. */
export async function runScript(client: SqlClient, script: string): Promise<void> {
  await (client.exec ? client.exec(script) : client.query(script))
}
