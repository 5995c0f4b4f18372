import { RoutekeyError } from '../errors.ts'
import type { KeyStore } from '../keyring/model/key-store.ts'
import { type StoredLimiter, type StoredLimiterOptions, createFunctionLimiter } from './function-limiter.ts'
import { createFunctionStore } from './function-store.ts'
import type { CallFunction } from './settle-failures.ts'
import { checkSchema } from '../sql/check-schema.ts'

export type { LimiterCount, StoredLimiter } from './function-limiter.ts'

/** The part of a Postgres client that the store and the limiter use. `Pool` and `Client` of `pg` fit, and so does `PGlite`. */
export interface PostgresClient {
  query(text: string, values: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Options of {@link createPostgresStore}. */
export interface PostgresStoreOptions {
  readonly client: PostgresClient
  /** The schema of the functions, as in `npx routekey sql --schema`. Default `public`. */
  readonly schema?: string
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

/** Calls functions with unnamed statements and without state of the session, so a transaction pooler can be between. */
function callThrough({ client, schema = 'public' }: PostgresLimiterOptions): CallFunction {
  const quoted = checkSchema(schema)
  return async (name, input) => {
    // As text, because some drivers would encode a JSON parameter again, and some return a JSON result as text.
    const statement = `select ${quoted}.${name}($1::text::jsonb)::text as result`
    const { rows } = await client.query(statement, [JSON.stringify(input)])
    const [row] = rows
    const result = typeof row === 'object' && row !== null && 'result' in row ? row.result : undefined
    // A function without a result returns an empty text.
    if (result === null || result === '') return null
    if (typeof result === 'string') return JSON.parse(result)
    throw new RoutekeyError(
      'ERR_STORE_INVALID_RESPONSE',
      `${name}() returned no row. Apply the SQL that this version of routekey ships.`,
    )
  }
}

/**
 * Creates a store in Postgres. `npx routekey sql` prints the SQL for its tables and functions. The role of the client must own them,
 * or have the grants and policies that the guide to keyrings lists: otherwise every call fails.
 *
 * @throws `ERR_CONFIG_SCHEMA`
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
  const { listen } = options
  const store = createFunctionStore(callThrough(options))
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

/** Options of {@link createPostgresLimiter}. */
export interface PostgresLimiterOptions extends StoredLimiterOptions {
  readonly client: PostgresClient
  /** The schema of the functions, as in `npx routekey sql --schema`. Default `public`. */
  readonly schema?: string
}

/**
 * Creates a limiter that counts in Postgres, for the `limiter` option of `createKeyring` or for limits of your own. It is exact over
 * any number of instances. `npx routekey sql` prints the SQL for its table and functions.
 *
 * @throws `ERR_CONFIG_SCHEMA`, and `ERR_CONFIG_KEYRING` unless `points` is a whole number from 1.
 * @example
 * import { createPostgresLimiter, createPostgresStore } from 'routekey/stores/postgres'
 *
 * const keyring = createKeyring({
 *   store: createPostgresStore({ client: pool }),
 *   limiter: createPostgresLimiter({ client: pool }),
 *   prefix: 'acme',
 * })
 */
export function createPostgresLimiter(options: PostgresLimiterOptions): StoredLimiter {
  return createFunctionLimiter(callThrough(options), options)
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
