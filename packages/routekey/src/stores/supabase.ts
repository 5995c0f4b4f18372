import type { KeyStore } from '../keyring/model/key-store.ts'
import { createFunctionStore } from './function-store.ts'

/** The part of a Supabase client that the store uses. */
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

/** Options of {@link createSupabaseStore}. */
export interface SupabaseStoreOptions {
  /** A client with the secret key (`sb_secret_…`). No other role can call the functions. */
  readonly client: SupabaseRpcClient
}

/**
 * Creates a store in Supabase that uses `rpc`. `npx routekey sql` and `npx routekey sql --supabase` print the SQL for its tables and
 * functions. It cannot report changes by other processes, so `keyring.listen` does not work with it.
 *
 * @example
 * import { createClient } from '@supabase/supabase-js'
 * import { createSupabaseStore } from 'routekey/stores/supabase'
 *
 * const store = createSupabaseStore({ client: createClient(url, secretKey) })
 */
export function createSupabaseStore(options: SupabaseStoreOptions): KeyStore {
  const { client } = options
  return createFunctionStore(async (name, input) => {
    const { data, error, status } = await client.rpc(name, { input })
    // A role without the grants gets an error, never an empty result.
    if (error !== null) throw new Error(error.message, { cause: error })
    // supabase-js returns null for a 404 without a body, as from a wrong URL. A function that returns null has the status 200.
    if (data === null && status !== 200 && name !== 'record_api_key_usage') {
      throw new Error(`${name} returned nothing. Check the URL of the Supabase project.`)
    }
    return data
  })
}
