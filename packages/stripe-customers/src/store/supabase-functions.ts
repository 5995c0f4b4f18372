import { StripeCustomersError } from '../errors.ts'
import { isHeaderError } from '../header-error.ts'
import type { DatabaseFunctions } from './database-functions.ts'
import { isRefusal, isSqlstate } from './sqlstate.ts'

const timeoutMs = 10_000

/** The part of a client of `@supabase/supabase-js` that the engine uses. */
export interface SupabaseRpcClient {
  rpc(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
  ): {
    abortSignal(signal: AbortSignal): PromiseLike<{
      readonly data: unknown
      readonly error: { readonly message: string; readonly code?: string } | null
      readonly status: number
    }>
  }
}

/**
 * Creates calls of the SQL functions through PostgREST.
 *
 * @param supabase a client with the service role's key; no other role may call them
 */
export function createSupabaseFunctions(supabase: SupabaseRpcClient): DatabaseFunctions {
  const call = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, error, status } = await supabase.rpc(name, args).abortSignal(AbortSignal.timeout(timeoutMs))
    if (error === null) return data
    const { message, code = '' } = error
    if (isHeaderError(message)) {
      // Without the cause, which can repeat the key.
      throw new StripeCustomersError(
        'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
        `public.${name} was not called: the key of Supabase has white space or another character that a header cannot carry. ` +
          'Create the client with the key alone.',
      )
    }
    const reason = `${message} (HTTP ${status})`
    if (isSqlstate(code) ? isRefusal(code) : isRefused(status)) {
      throw new StripeCustomersError(
        'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
        `The database refused public.${name}: ${reason}. Create the client with the service role's key (SUPABASE_SECRET_KEY), ` +
          'and apply all migrations.',
        { cause: error },
      )
    }
    throw new StripeCustomersError(
      'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
      `The database did not respond to public.${name}: ${reason}. No work is lost; check NEXT_PUBLIC_SUPABASE_URL if this lasts.`,
      { cause: error },
    )
  }
  return { rows: call, value: call }
}

/** Without a SQLSTATE, PostgREST responds with 4xx to calls that it refuses. These three come from gateways and pass by themselves. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}
