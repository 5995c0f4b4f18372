import { randomUUID } from 'node:crypto'
import { createServerClient } from '@supabase/ssr'
import { confirmedSignUp, password, type Stack } from './stack.ts'

/** A signed-in user, with the session cookies of a browser. */
export interface Session {
  readonly id: string
  readonly email: string
  readonly cookies: Map<string, string>
}

/**
 * Signs in a user with `@supabase/ssr`, like the application. It is faster than the form and gives the same session.
 *
 * @param options.email the address of a new user; default a random one
 * @param options.known an existing user; default signs up a new one
 */
export async function createSession(
  stack: Stack,
  options: { email?: string; known?: { email: string } } = {},
): Promise<Session> {
  const { known, email = known?.email ?? `${randomUUID()}@example.com` } = options
  const cookies = new Map<string, string>()
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key = '' } = stack.env
  const client = createServerClient(url, key, {
    cookieOptions: { name: 'routekey-session' },
    cookies: {
      getAll: () => [],
      setAll: (changed) => {
        // The session, in one cookie or in numbered parts, without the verifiers of links in emails.
        for (const { name, value } of changed) if (/^routekey-session(\.\d+)?$/.test(name)) cookies.set(name, value)
      },
    },
  })
  if (known === undefined) await confirmedSignUp(stack, client, email)
  else await client.auth.signInWithPassword({ email, password })
  const { data, error } = await client.auth.getUser()
  if (error !== null) throw error
  if (cookies.size === 0) throw new Error('Supabase gave no session.')
  return { id: data.user.id, email, cookies }
}
