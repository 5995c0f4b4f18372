import 'server-only'
import { createServerClient, type SetAllCookies } from '@supabase/ssr'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { publicEnv, supabaseSecretKey } from './env.ts'
import { fetchWithTimeout } from './fetch-with-timeout.ts'
import { isHttps } from './request-origin.ts'
import { sessionCookieName } from './session-cookie.ts'
import { guardRefresh, neverRefresh, type Refresh } from './session/guard-refresh.ts'
import { dropForgedSession } from './session/parse-session.ts'

/** How long each call of Supabase may take, in milliseconds. */
export const supabaseTimeoutMs = 10_000

/** The cookies of one request and its response. */
export interface RequestCookies {
  readonly getAll: () => { name: string; value: string }[]
  readonly setAll: SetAllCookies
}

/**
 * Creates a client that acts as the signed-in user, for pages. It refreshes no session, because pages cannot set cookies;
 * `proxy.ts` has refreshed it before.
 *
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 */
export async function createPageClient(): Promise<SupabaseClient> {
  const store = await cookies()
  return createSessionClient(await headers(), { getAll: () => store.getAll(), setAll: () => {} })
}

/**
 * Creates a client that acts as the signed-in user and can change the session, for server actions and routes.
 *
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 */
export async function createActionClient(): Promise<SupabaseClient> {
  const store = await cookies()
  return createSessionClient(await headers(), {
    getAll: () => store.getAll(),
    setAll: (changed) => {
      for (const { name, value, options } of changed) store.set(name, value, options)
    },
  })
}

/**
 * Creates a client for one request from its cookies. Scripts cannot read the session, because only the server uses it.
 *
 * @param refresh refreshes a session that is due; default never
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 */
export function createSessionClient(
  requestHeaders: Headers,
  { getAll, setAll }: RequestCookies,
  refresh: Refresh = neverRefresh,
): SupabaseClient {
  const { supabaseUrl, supabasePublishableKey } = publicEnv()
  const secure = isHttps(requestHeaders)
  const name = sessionCookieName({ secure })
  const guard = guardRefresh(fetchWithTimeout(supabaseTimeoutMs), refresh)
  return createServerClient(supabaseUrl, supabasePublishableKey, {
    cookies: { getAll: () => dropForgedSession(name, getAll()), setAll: guard.guardSetAll(setAll) },
    cookieOptions: {
      name,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure,
    },
    global: { fetch: guard.fetch },
  })
}

/**
 * Creates a client without a session, for calls on behalf of a visitor that must not change theirs.
 *
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 */
export function createVisitorClient(): SupabaseClient {
  const { supabaseUrl, supabasePublishableKey } = publicEnv()
  return createSessionlessClient(supabaseUrl, supabasePublishableKey)
}

/**
 * Creates a client that acts as the service role and bypasses row-level security. It has no session.
 *
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 */
export function createServiceClient(): SupabaseClient {
  return createSessionlessClient(publicEnv().supabaseUrl, supabaseSecretKey())
}

function createSessionlessClient(url: string, key: string): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchWithTimeout(supabaseTimeoutMs) },
  })
}
