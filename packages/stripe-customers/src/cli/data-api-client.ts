import { z } from 'zod'

import type { SupabaseRpcClient } from '../store/supabase-functions.ts'

const problemSchema = z.object({ message: z.string(), code: z.string().catch('') })

/**
 * Creates a client for the functions of a Supabase project. Not with `@supabase/supabase-js`, which needs Node.js 22 for
 * realtime channels.
 *
 * @param url of the project
 * @param secretKey the service role's key
 */
export function createDataApiClient(url: string, secretKey: string): SupabaseRpcClient {
  const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' }
  return {
    rpc: (name, parameters) => ({
      async abortSignal(signal) {
        try {
          const address = new URL(`rest/v1/rpc/${name}`, url)
          const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(parameters), signal })
          return readResponse(response.status, await response.text())
        } catch (error) {
          return { data: null, error: { message: describe(error), code: '' }, status: 0 }
        }
      },
    }),
  }
}

function readResponse(
  status: number,
  text: string,
): Awaited<ReturnType<ReturnType<SupabaseRpcClient['rpc']>['abortSignal']>> {
  const isOk = status >= 200 && status < 300
  const data: unknown = text === '' ? null : parseJson(text)
  if (isOk && data !== undefined) return { data, error: null, status }
  const problem = problemSchema.safeParse(data)
  const error = problem.success ? problem.data : { message: 'not a response of a Data API', code: '' }
  return { data: null, error, status }
}

/** Returns undefined if the text is not JSON, as from another server at the address. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}
