import type { Connection } from '@supabase/lite'
import type { SqlClient } from './sql-client.ts'

/** The database of the embedded Supabase. */
export interface SandboxDatabase {
  /** For the `App` of `@supabase/lite`. */
  readonly connection: Connection
  /** Runs one statement, outside of any request. */
  readonly query: SqlClient['query']
  /** Holds one connection while `work` runs, so that it can use transactions. */
  readonly withClient: <Result>(work: (client: SqlClient) => Promise<Result>) => Promise<Result>
  /** Calls back when a committed transaction has notified the channel. */
  readonly listen: (channel: string, onNotify: () => void) => Promise<void>
  /** Runs the handling of one HTTP request. */
  readonly runRequest: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly close: () => Promise<void>
}

/**
 * Prevents `@supabase/lite` from granting all tables of a schema to the API roles, which would undo the revocations of the
 * migrations. It does so at the first request if it finds row-level security, unless it has noted that it already did.
 */
export function keepGrants(connection: Connection): void {
  Object.assign(connection, { rlsState: 'active' })
}
