import { randomUUID } from 'node:crypto'
import { createServerClient } from '@supabase/ssr'
import { password, type Stack } from './stack.ts'

/** A signed-in user, with the cookies that a browser would hold. */
export type Session = { id: string; email: string; cookies: { name: string; value: string }[] }

/**
 * Signs a new user up at Supabase, with the library that keeps the session in cookies for the application, too. Faster
 * than the form, and the same session.
 *
 * @param email default a new address
 */
export async function createSession(stack: Stack, email = `${randomUUID()}@example.com`): Promise<Session> {
  const cookies: Session['cookies'] = []
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key = '' } = stack.env
  const client = createServerClient(url, key, {
    cookieOptions: { name: 'routekey-session' },
    cookies: {
      getAll: () => [],
      setAll: (changed) => {
        // The session, in one cookie or in numbered parts; beside it comes what only a link by e-mail would need.
        for (const { name, value } of changed)
          if (/^routekey-session(\.\d+)?$/.test(name)) cookies.push({ name, value })
      },
    },
  })
  const { data, error } = await client.auth.signUp({ email, password })
  if (error !== null) throw error
  if (data.user === null || cookies.length === 0) throw new Error('The sign-up gave no session.')
  return { id: data.user.id, email, cookies }
}
