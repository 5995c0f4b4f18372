import { RoutekeyError } from '../errors.ts'
import type { KeyStore } from '../keyring/model/key-store.ts'
import { type PostgresCalls, type PostgresClient, callPostgres } from './call-postgres.ts'
import { type StoredLimiter, type StoredLimiterOptions, createFunctionLimiter } from './function-limiter.ts'
import { createFunctionStore } from './function-store.ts'

export type { PostgresClient } from './call-postgres.ts'
export type { LimiterCount, StoredLimiter } from './function-limiter.ts'

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

/**
 * Waits until a subscription receives a notification of its own. Through a transaction pooler, `listen` succeeds and nothing arrives.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
async function checkDelivery({ query, limitMs }: PostgresCalls, probe: string, received: Promise<void>): Promise<void> {
  await query('select pg_notify($1, $2)::text', channel, probe)
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    const error = new RoutekeyError(
      'ERR_CONFIG_KEYRING',
      'The listen option of the store receives no notification. Give it a connection to the database itself, or to a pooler of ' +
        'sessions: a pooler of transactions, such as port 6543 of Supabase, does not deliver them.',
    )
    // Half of the time that the whole call has.
    timer = setTimeout(reject, limitMs() / 2, error)
  })
  try {
    await Promise.race([received, silence])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Creates a store in Postgres. `npx routekey sql` prints the SQL for its tables and functions. The role of the client must own them,
 * or have the grants and policies that the guide to keyrings lists: otherwise every call fails.
 *
 * @throws `ERR_CONFIG_SCHEMA`
 * @throws `ERR_CONFIG_KEYRING` for a `Client` of `pg`, which does not connect again when its connection is lost
 * @example
 * import { createPostgresStore } from 'routekey/stores/postgres'
 *
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 2000 })
 * // Without a listener, an idle connection that breaks ends the process.
 * pool.on('error', (error) => console.error(error.message))
 *
 * const fromPg = createPostgresStore({ client: pool })
 * const fromPostgres = createPostgresStore({
 *   client: { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) },
 *   listen: (channel, onPayload, onListen) => sql.listen(channel, onPayload, onListen),
 * })
 */
export function createPostgresStore(options: PostgresStoreOptions): KeyStore {
  const { client, schema = 'public', listen } = options
  const calls = callPostgres(client, schema)
  const store = { ...createFunctionStore(calls.call, { client, schema }), limitTime: calls.limitTime }
  if (listen === undefined) return store
  return {
    ...store,
    async subscribe(onChange) {
      const probe = crypto.randomUUID()
      let receive: (() => void) | undefined
      const received = new Promise<void>((resolve) => {
        receive = resolve
      })
      const onPayload = (payload: string) => (payload === probe ? receive?.() : onChange(payload))
      // `onListen` is called again after a lost connection. Changes in the meantime were missed.
      const end = await listen(channel, onPayload, () => onChange(null))
      const stop = typeof end === 'function' ? end : () => end.unlisten()
      try {
        await checkDelivery(calls, probe, received)
      } catch (error) {
        await stop()
        throw error
      }
      return stop
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
 * any number of instances. `npx routekey sql` prints the SQL for its table and functions. With the same `client` and `schema` as the
 * store, most requests are looked up and counted in one call.
 *
 * @throws `ERR_CONFIG_SCHEMA`, and `ERR_CONFIG_KEYRING` unless `points` is a whole number from 1, and for a `Client` of `pg`
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
  const { client, schema = 'public' } = options
  const { call, limitTime } = callPostgres(client, schema)
  return { ...createFunctionLimiter(call, options, { client, schema }), limitTime }
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
