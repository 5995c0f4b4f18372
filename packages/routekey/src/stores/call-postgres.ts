import { RoutekeyError } from '../errors.ts'
import { checkSchema } from '../sql/check-schema.ts'
import { type CallFunction, isRefusal } from './settle-failures.ts'

/** The part of a Postgres client that the store and the limiter use. A `Pool` of `pg` fits, and so does `PGlite`. */
export interface PostgresClient {
  query(text: string, values: string[]): Promise<Result>
}

interface Result {
  readonly rows: readonly unknown[]
}

/** A pool of `pg`, or of a driver on top of it, such as Neon's. */
interface Pool {
  readonly idleCount: number
  query(config: { text: string; values: string[]; query_timeout: number }): Promise<Result>
  connect(): Promise<{ query(text: string): Promise<unknown>; release(isBroken: boolean): void }>
}

/** Calls Postgres through a client. */
export interface PostgresCalls {
  readonly query: (text: string, ...values: string[]) => Promise<Result>
  readonly call: CallFunction
  /** How long a call can take before its connection counts as broken. */
  readonly limitMs: () => number
  readonly limitTime: (timeoutMs: number) => void
}

const isPool = (client: object): client is Pool => 'idleCount' in client && 'connect' in client

/**
 * Ends connections that the network forgot or the server ended, as after a failover: the query ends its own. If nothing else was
 * answered while it waited, those that are idle are likely to be as broken or as silent, and each would cost another request.
 */
function createPoolQuery(pool: Pool, limitMs: () => number): PostgresCalls['query'] {
  let answers = 0

  async function endIdle(): Promise<void> {
    const connection = await pool.connect()
    // With a query under way, the connection is closed without waiting for the other side.
    connection.query('select 1').catch(() => {})
    connection.release(true)
  }

  return async (text, ...values) => {
    const before = answers
    try {
      // Earlier than the keyring gives up, whose next call could otherwise get one of the idle connections.
      const result = await pool.query({ text, values, query_timeout: Math.ceil(limitMs() * 0.9) })
      answers += 1
      return result
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
      if (!isRefusal(code) && answers === before) {
        // Fails if the database is down, as the query did.
        for (let idle = pool.idleCount; idle > 0; idle -= 1) endIdle().catch(() => {})
      }
      throw error
    }
  }
}

/**
 * Creates calls through a client. They use unnamed statements and no state of the session, so a transaction pooler can be between.
 *
 * @param schema of the functions
 * @throws `ERR_CONFIG_KEYRING` for a `Client` of `pg`, which does not connect again, and `ERR_CONFIG_SCHEMA`
 */
export function callPostgres(client: PostgresClient, schema = 'public'): PostgresCalls {
  const quoted = checkSchema(schema)
  // One from a pool has `release`. It is meant for a transaction.
  if ('processID' in client && !('release' in client)) {
    throw new RoutekeyError(
      'ERR_CONFIG_KEYRING',
      'A Client of pg does not connect again when its connection is lost. Pass a Pool.',
    )
  }
  let limit = 2000
  const limitMs = () => limit
  const query: PostgresCalls['query'] = isPool(client)
    ? createPoolQuery(client, limitMs)
    : (text, ...values) => client.query(text, values)

  return {
    query,
    limitMs,
    limitTime: (timeoutMs) => void (limit = Math.max(limit, timeoutMs)),
    async call(name, input) {
      // As text both ways, because clients are configured to encode and parse JSON, numbers and dates in different ways.
      const { rows } = await query(`select ${quoted}.${name}($1::text::jsonb)::text as result`, JSON.stringify(input))
      const [row] = rows
      // By position, because some clients rename columns.
      const columns: unknown[] = typeof row === 'object' && row !== null ? Object.values(row) : []
      const [result] = columns
      // A function without a result returns an empty text.
      if (result === null || result === '') return null
      if (typeof result === 'string') return JSON.parse(result)
      throw new RoutekeyError(
        'ERR_STORE_INVALID_RESPONSE',
        `${name}() returned no row. Apply the SQL that this version of routekey ships.`,
      )
    },
  }
}
