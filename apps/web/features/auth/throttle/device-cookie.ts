import 'server-only'
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { cookies, headers } from 'next/headers'
import { supabaseSecretKey } from '#server/env.ts'
import { isHttps } from '#server/request-origin.ts'
import { addAccount, parseDeviceCookie, formatDeviceCookie } from './device-cookie-value.ts'

const maxAgeSeconds = 180 * 86_400

/**
 * Finds out whether this browser has signed in to an account before. A stranger's wrong passwords must not keep it out
 * (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 *
 * @returns the id of the browser, under which its own attempts are counted; null if it has not
 */
export async function findKnownDevice(email: string): Promise<string | null> {
  const device = parseDeviceCookie(await readCookie())
  if (device === null) return null
  const expected = Buffer.from(sign(device.id, email))
  const isKnown = device.accounts.some((tag) => {
    const actual = Buffer.from(tag)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  })
  return isKnown ? device.id : null
}

/** Remembers in this browser that it has signed in to an account. It contains no address, and opens nothing by itself. */
export async function rememberDevice(email: string): Promise<void> {
  const device = parseDeviceCookie(await readCookie()) ?? { id: randomBytes(16).toString('base64url'), accounts: [] }
  const { name, options } = await describeCookie()
  const store = await cookies()
  store.set(name, formatDeviceCookie(addAccount(device, sign(device.id, email))), { ...options, maxAge: maxAgeSeconds })
}

function sign(id: string, email: string): string {
  // A key of its own, so that no other use of the secret can produce a signature.
  const key = Buffer.from(hkdfSync('sha256', supabaseSecretKey(), '', 'routekey device cookie', 32))
  return createHmac('sha256', key).update(`${id}\n${email}`).digest('base64url')
}

async function readCookie(): Promise<string> {
  const store = await cookies()
  return store.get((await describeCookie()).name)?.value ?? ''
}

async function describeCookie() {
  const secure = isHttps(await headers())
  return {
    name: `${secure ? '__Host-' : ''}routekey-device`,
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  } as const
}
