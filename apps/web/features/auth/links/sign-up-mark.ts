import 'server-only'
import { createHash, randomBytes } from 'node:crypto'
import type { User } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { isHttps } from '#server/request-origin.ts'

// As long as a link of Supabase is valid by default.
const maxAgeSeconds = 3600
const metadataName = 'sign_up_mark'

/** A secret of this browser, whose hash is stored with the account that it creates. */
export interface SignUpMark {
  readonly secret: string
  /** The user's metadata. Supabase stores that of the first sign-up with an address. */
  readonly data: Record<typeof metadataName, string>
}

/** The browser that created an account, seen from this one. `signed_up_twice`: this one tried later, with its own password. */
export type SignUpBrowser = 'this' | 'other' | 'signed_up_twice'

/** Creates the mark of a sign-up. A browser with a mark keeps it, so that it can repeat a sign-up. */
export async function createSignUpMark(): Promise<SignUpMark> {
  const secret = (await readCookie())?.secret ?? randomBytes(32).toString('base64url')
  return { secret, data: { [metadataName]: hash(secret) } }
}

/**
 * Stores in this browser that it has signed up, until the link expires.
 *
 * @param userId the id that Supabase returned, which is made up if the address has an account
 */
export async function keepSignUpMark({ secret }: SignUpMark, userId: string): Promise<void> {
  const { name, options } = await describeCookie()
  const store = await cookies()
  store.set(name, `${secret}.${userId}`, { ...options, maxAge: maxAgeSeconds })
}

/** Deletes the mark from this browser. */
export async function deleteSignUpMark(): Promise<void> {
  const { name, options } = await describeCookie()
  const store = await cookies()
  store.set(name, '', { ...options, maxAge: 0 })
}

/** Tells which browser created an account. */
export async function findSignUpBrowser(user: User): Promise<SignUpBrowser> {
  const mark = await readCookie()
  if (mark === null) return 'other'
  if (user.user_metadata[metadataName] === hash(mark.secret)) return 'this'
  return mark.userId === user.id ? 'signed_up_twice' : 'other'
}

async function readCookie(): Promise<{ secret: string; userId: string } | null> {
  const store = await cookies()
  const value = store.get((await describeCookie()).name)?.value ?? ''
  const { secret, userId } = /^(?<secret>[\w-]{43})\.(?<userId>[\da-f-]{36})$/.exec(value)?.groups ?? {}
  return secret === undefined || userId === undefined ? null : { secret, userId }
}

async function describeCookie() {
  const secure = isHttps(await headers())
  return {
    name: `${secure ? '__Host-' : ''}routekey-sign-up`,
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  } as const
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
