import 'server-only'
import { type CookieMethodsServer, createServerClient } from '@supabase/ssr'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { publicEnv, supabaseSecretKey } from './env.ts'
import { fetchWithTimeout } from './fetch-with-timeout.ts'
import { isHttps } from './request-origin.ts'
import { sessionCookie } from './session-cookie.ts'

const timeoutMs = 10_000

/**
 * Creates a client that acts as the signed-in visitor, for pages. It does not keep a refreshed session: a page cannot
 * set cookies, and `proxy.ts` has just refreshed it.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 */
export async function createPageClient(): Promise<SupabaseClient> {
  const store = await cookies()
  return createSessionClient(await headers(), { getAll: () => store.getAll(), setAll: () => {} })
}

/**
 * Creates a client that acts as the signed-in visitor and may change the session, for server actions and routes.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
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
 * Creates a client for one request out of that request's cookies. The session is out of scripts' reach, because only
 * the server uses it.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 */
export function createSessionClient(requestHeaders: Headers, cookieMethods: CookieMethodsServer): SupabaseClient {
  const { supabaseUrl, supabasePublishableKey } = publicEnv()
  return createServerClient(supabaseUrl, supabasePublishableKey, {
    cookies: cookieMethods,
    cookieOptions: {
      name: sessionCookie,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: isHttps(requestHeaders),
    },
    global: { fetch: fetchWithTimeout(timeoutMs) },
  })
}

/**
 * Creates a client for a visitor whose session is left alone: it knows none, and keeps none.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 */
export function createVisitorClient(): SupabaseClient {
  const { supabaseUrl, supabasePublishableKey } = publicEnv()
  return createSessionlessClient(supabaseUrl, supabasePublishableKey)
}

/**
 * Creates a client that acts as the service role, past row-level security. It has no session.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 */
export function createServiceClient(): SupabaseClient {
  return createSessionlessClient(publicEnv().supabaseUrl, supabaseSecretKey())
}

function createSessionlessClient(url: string, key: string): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchWithTimeout(timeoutMs) },
  })
}
