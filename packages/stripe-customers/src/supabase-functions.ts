import type { SupabaseClient } from '@supabase/supabase-js'
import type { DatabaseFunctions } from './database-functions.ts'
import { StripeCustomersError } from './errors.ts'

const TIMEOUT_MS = 10_000

/**
 * Calls the SQL functions through PostgREST.
 *
 * @param supabase - A client with the service role's key: nobody else may call them.
 */
export function createSupabaseFunctions(supabase: SupabaseClient): DatabaseFunctions {
  const call = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, error, status } = await supabase.rpc(name, args).abortSignal(AbortSignal.timeout(TIMEOUT_MS))
    if (error === null) return data
    throw new StripeCustomersError(
      'ERR_STRIPE_CUSTOMERS_DATABASE',
      `The database did not answer public.${name} (HTTP ${status}): ${error.message}`,
      { cause: error },
    )
  }
  return { rows: call, value: call }
}
