import 'server-only'
import { cookies } from 'next/headers'
import { sessionCookie } from '#server/session-cookie.ts'

/** Takes the session out of this browser, with what it left for links in e-mails. It tells Supabase nothing. */
export async function clearSessionCookies(): Promise<void> {
  const store = await cookies()
  for (const { name } of store.getAll()) if (name.startsWith(sessionCookie)) store.delete(name)
}
