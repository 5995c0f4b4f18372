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
  /** A client with the secret key (`sb_secret_…`): no other role may call the functions. */
  readonly client: SupabaseRpcClient
}

/**
 * Creates a store in Supabase, by `rpc`. The tables and functions come from the migrations `create_api_key` and
 * `show_api_key_to_owners`. It cannot tell of changes by other processes.
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
    // Row-level security and a missing grant come as an error here, never as an empty answer: the functions are granted or not.
    if (error !== null) throw new Error(error.message, { cause: error })
    // So supabase-js gives a 404 without a body, as from a wrong address. A function that returns null answers 200.
    if (data === null && status !== 200 && name !== 'record_api_key_usage') {
      throw new Error(`${name} answered nothing. Is this the address of the Supabase project?`)
    }
    return data
  })
}
