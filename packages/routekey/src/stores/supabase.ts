import type { KeyStore } from '../keyring/model/key-store.ts'
import { type StoredLimiter, type StoredLimiterOptions, createFunctionLimiter } from './function-limiter.ts'
import { createFunctionStore } from './function-store.ts'
import type { CallFunction } from './settle-failures.ts'

export type { LimiterCount, StoredLimiter } from './function-limiter.ts'

/** The part of a Supabase client that the store and the limiter use. */
export interface SupabaseRpcClient {
  rpc(
    name: string,
    parameters: { readonly input: object },
  ): PromiseLike<{
    readonly data: unknown
    readonly error: { readonly message: string } | null
    readonly status: number
  }>
}

function callThrough(client: SupabaseRpcClient): CallFunction {
  return async (name, input) => {
    const { data, error, status } = await client.rpc(name, { input })
    // A role without the grants gets an error, never an empty result.
    if (error !== null) throw new Error(error.message, { cause: error })
    // supabase-js returns null for a 404 without a body, as from a wrong URL. A function that returns null has the status 200.
    if (data === null && status !== 200) {
      throw new Error(`${name} returned nothing. Check the URL of the Supabase project.`)
    }
    return data
  }
}

/** Options of {@link createSupabaseStore}. */
export interface SupabaseStoreOptions {
  /** A client with the secret key (`sb_secret_…`). No other role can call the functions. */
  readonly client: SupabaseRpcClient
}

/**
 * Creates a store in Supabase that uses `rpc`. `npx routekey sql --supabase` prints the SQL for its tables and functions. For another
 * schema than `public`, create the client with `db: { schema }`. The store cannot report changes by other processes, so
 * `keyring.listen` does not work with it.
 *
 * @example
 * import { createClient } from '@supabase/supabase-js'
 * import { createSupabaseStore } from 'routekey/stores/supabase'
 *
 * const store = createSupabaseStore({ client: createClient(url, secretKey) })
 */
export function createSupabaseStore(options: SupabaseStoreOptions): KeyStore {
  return createFunctionStore(callThrough(options.client), options)
}

/** Options of {@link createSupabaseLimiter}. */
export interface SupabaseLimiterOptions extends StoredLimiterOptions {
  /** A client with the secret key (`sb_secret_…`). No other role can call the functions. */
  readonly client: SupabaseRpcClient
}

/**
 * Creates a limiter that counts in Supabase, for the `limiter` option of `createKeyring` or for limits of your own. It is exact over
 * any number of instances. `npx routekey sql --supabase` prints the SQL for its table and functions. With the same `client` as the store,
 * most requests are looked up and counted in one call.
 *
 * @throws `ERR_CONFIG_KEYRING` unless `points` is a whole number from 1.
 * @example
 * import { createSupabaseLimiter, createSupabaseStore } from 'routekey/stores/supabase'
 *
 * const keyring = createKeyring({
 *   store: createSupabaseStore({ client }),
 *   limiter: createSupabaseLimiter({ client }),
 *   prefix: 'acme',
 * })
 */
export function createSupabaseLimiter(options: SupabaseLimiterOptions): StoredLimiter {
  return createFunctionLimiter(callThrough(options.client), options, options)
}
