import { RoutekeyError } from '../errors.ts'
import type { KeyStore } from '../keyring/model/key-store.ts'
import { createFunctionStore } from './function-store.ts'

/** The part of a Postgres client that the store uses. A `Pool` or `Client` of `pg` and a `PGlite` fit as they are. */
export interface PostgresClient {
  query(text: string, values: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Options of {@link createPostgresStore}. */
export interface PostgresStoreOptions {
  readonly client: PostgresClient
  /**
   * Listens to a channel of `NOTIFY` on a connection of its own, for `keyring.listen`. {@link listenWithPg} makes one of a `pg`
   * client; for a `PGlite`, it is `(channel, onPayload) => db.listen(channel, onPayload)`.
   *
   * @returns What ends it: a function, or an object with `unlisten`.
   */
  readonly listen?: (
    channel: string,
    onPayload: (payload: string) => void,
    onListen: () => void,
  ) => Promise<(() => Promise<void>) | { unlisten(): Promise<void> }>
}

const channel = 'api_key_changed'

/**
 * Creates a store in Postgres. The tables and functions come from `routekey/sql/api-key.sql`. The client's role must own
 * them, or have been granted them; row-level security lets no other see a row.
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
    // As text and not as JSON: some drivers would encode the document once more.
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
      // Called again after the connection was lost: what happened meanwhile is not known.
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
 * Listens with a connected `pg` client, which must be a client of its own and not one of a pool. It does not connect again: when
 * the client's `error` event tells that the connection is lost, connect a new one, and call `keyring.close()` and
 * `keyring.listen()`.
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
      // A connection that is lost listens to nothing, and refuses to be told so.
      await client.query(`unlisten "${name}"`).catch(() => {})
    }
  }
}
