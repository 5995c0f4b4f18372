import 'server-only'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { User } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { isHttps } from '#server/request-origin.ts'
import { createServiceClient } from '#server/supabase.ts'

// As long as a link of Supabase is valid by default.
const maxAgeSeconds = 3600
const metadataName = 'sign_up_mark'

/** A secret of this browser, whose hash is stored with the account that it creates. */
export interface SignUpMark {
  readonly secret: string
  /** The user's metadata. Supabase stores that of the first sign-up with an address. */
  readonly data: Record<typeof metadataName, string>
}

/** The browser that created an account, seen from this one. `signed_up_twice`: another one tried later, with its own password. */
export type SignUpBrowser = 'this' | 'other' | 'signed_up_twice'

/** Creates the mark of a sign-up. A browser with a mark keeps it, so that it can repeat a sign-up. */
export async function createSignUpMark(): Promise<SignUpMark> {
  const secret = (await readCookie())?.secret ?? randomBytes(32).toString('base64url')
  return { secret, data: { [metadataName]: hash(secret) } }
}

/**
 * Notes on the account if another browser created it and nobody has confirmed it. Nobody knows then which of the two owns the address.
 *
 * @throws Error if the database does not respond
 */
export async function noteSignUpConflict({ data }: SignUpMark, address: string): Promise<void> {
  const client = createServiceClient()
  const { error } = await client.rpc('note_sign_up_conflict', { address, mark: data[metadataName] })
  if (error !== null) throw new Error('Could not note a second sign-up with an address', { cause: error })
}

/**
 * Stores in this browser that it has signed up, until the link expires.
 *
 * @param id of the user that Supabase returned, which is made up if the address has an account; undefined if it returned none
 */
export async function keepSignUpMark({ secret }: SignUpMark, id: string | undefined): Promise<void> {
  const userId = id ?? (await readCookie())?.userId ?? randomUUID()
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
  if (mark !== null && user.user_metadata[metadataName] === hash(mark.secret)) return 'this'
  // With another identity, the address was confirmed before, and Supabase has removed the password.
  if (user.identities?.some(({ provider }) => provider !== 'email') === true) return 'other'
  const hasConflict = user.app_metadata['sign_up_conflict'] === true
  return hasConflict || mark?.userId === user.id ? 'signed_up_twice' : 'other'
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
