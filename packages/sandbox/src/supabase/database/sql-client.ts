/** A parameter of a statement. */
export type SqlValue = string | number | boolean | null

/** The part of a Postgres client that this package uses. A `PGlite`, a `pg` client and a `pg` pool client have it. */
export interface SqlClient {
  /** Runs one statement. */
  query(text: string, values?: SqlValue[]): Promise<{ rows: unknown[] }>
  /** Runs several statements. Not needed if `query` without values does that. */
  exec?(text: string): Promise<unknown>
}

/** Runs a script of several statements. */
export async function runScript(client: SqlClient, script: string): Promise<void> {
  await (client.exec ? client.exec(script) : client.query(script))
}
