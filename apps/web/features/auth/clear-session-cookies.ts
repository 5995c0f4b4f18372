import 'server-only'
import { cookies } from 'next/headers'
import { sessionCookie } from '#server/session-cookie.ts'

/** Deletes the session cookies and the verifiers of links in emails. It does not end the session at Supabase. */
export async function clearSessionCookies(): Promise<void> {
  const store = await cookies()
  for (const { name } of store.getAll()) if (name.startsWith(sessionCookie)) store.delete(name)
}
