import type { SupabaseClient } from '@supabase/supabase-js'
import type { DatabaseFunctions } from './database-functions.ts'
import { createDatabaseError } from '../errors.ts'

const timeoutMs = 10_000

/**
 * Calls the SQL functions through PostgREST.
 *
 * @param supabase A client with the service role's key: nobody else may call them.
 */
export function createSupabaseFunctions(supabase: SupabaseClient): DatabaseFunctions {
  const call = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, error, status } = await supabase.rpc(name, args).abortSignal(AbortSignal.timeout(timeoutMs))
    if (error === null) return data
    throw createDatabaseError(
      isRefused(status) ? 'REFUSED' : 'UNAVAILABLE',
      name,
      `${error.message} (HTTP ${status})`,
      error,
    )
  }
  return { rows: call, value: call }
}

/** PostgREST answers 4xx to what it, or Postgres, will not do. Gateways in front of it add two that pass by themselves. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}
