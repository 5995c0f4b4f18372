import { RoutekeyError } from '../errors.ts'
import type { KeyStore } from '../keyring/model/key-store.ts'
import { createFunctionStore } from './function-store.ts'

/** The part of a Postgres client that the store uses. `Pool` and `Client` of `pg` fit, and so does `PGlite`. */
export interface PostgresClient {
  query(text: string, values: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Options of {@link createPostgresStore}. */
export interface PostgresStoreOptions {
  readonly client: PostgresClient
  /**
   * Listens to a channel of `NOTIFY`, for `keyring.listen`. For a client of `pg`, use {@link listenWithPg}; for `PGlite`,
   * `(channel, onPayload) => db.listen(channel, onPayload)`.
   *
   * @returns A function that stops listening, or an object with `unlisten`.
   */
  readonly listen?: (
    channel: string,
    onPayload: (payload: string) => void,
    onListen: () => void,
  ) => Promise<(() => Promise<void>) | { unlisten(): Promise<void> }>
}

const channel = 'api_key_changed'

/**
 * Creates a store in Postgres. `npx routekey sql` prints the SQL for its tables and functions. The role of the client must own them,
 * or have the grants and policies that the guide to keyrings lists: row-level security hides every row from other roles.
 *
 * @example
 * import { createPostgresStore } from 'routekey/stores/postgres'
 *
 * const fromPg = createPostgresStore({ client: pool })
 * const fromPostgres = createPostgresStore({
 *   client: { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) },
 *   listen: (channel, onPayload, onListen) => sql.listen(channel, onPayload, onListen),
 * })
 */
export function createPostgresStore(options: PostgresStoreOptions): KeyStore {
  const { client, listen } = options
  const store = createFunctionStore(async (name, input) => {
    // As text, because some drivers would encode a JSON parameter again.
    const { rows } = await client.query(`select public.${name}($1::text::jsonb) as result`, [JSON.stringify(input)])
    const [row] = rows
    if (typeof row === 'object' && row !== null && 'result' in row) return row.result
    throw new RoutekeyError(
      'ERR_STORE_INVALID_RESPONSE',
      `${name}() returned no row. Apply the SQL that this version of routekey ships.`,
    )
  })
  if (listen === undefined) return store
  return {
    ...store,
    async subscribe(onChange) {
      // `onListen` is called again after a lost connection. Changes in the meantime were missed.
      const end = await listen(channel, onChange, () => onChange(null))
      return typeof end === 'function' ? end : () => end.unlisten()
    },
  }
}

/** The part of a `pg` client that {@link listenWithPg} uses. */
export interface ListeningPgClient {
  query(text: string): Promise<unknown>
  on(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown
  off(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown
}

/**
 * Listens with a connected `pg` client. Use a separate client, not one of a pool. It does not reconnect: when the client emits
 * `error`, connect a new one, and call `keyring.close()` and `keyring.listen()`.
 *
 * @example
 * import { createPostgresStore, listenWithPg } from 'routekey/stores/postgres'
 *
 * let client = await connect()
 * const store = createPostgresStore({ client: pool, listen: (...given) => listenWithPg(client)(...given) })
 */
export function listenWithPg(client: ListeningPgClient): NonNullable<PostgresStoreOptions['listen']> {
  return async (name, onPayload) => {
    const onNotification = ({ channel: from, payload = '' }: { channel: string; payload?: string | undefined }) => {
      if (from === name) onPayload(payload)
    }
    client.on('notification', onNotification)
    await client.query(`listen "${name}"`)
    return async () => {
      client.off('notification', onNotification)
      // On a lost connection, this fails, and there is nothing to stop.
      await client.query(`unlisten "${name}"`).catch(() => {})
    }
  }
}
