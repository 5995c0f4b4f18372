import 'server-only'
import { cookies, headers } from 'next/headers'
import { isHttps } from '#server/request-origin.ts'
import { belongsToSession } from '#server/session-cookie.ts'

/** Deletes the session cookies and the verifiers of links in emails. It does not end the session at Supabase. */
export async function clearSessionCookies(): Promise<void> {
  const store = await cookies()
  // With the attributes of the cookies, without which a browser ignores it for a name with a prefix.
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(await headers()), maxAge: 0 } as const
  for (const { name } of store.getAll()) if (belongsToSession(name)) store.set(name, '', options)
}
