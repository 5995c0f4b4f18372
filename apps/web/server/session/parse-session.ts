import { combineChunks, stringFromBase64URL } from '@supabase/ssr'
import { z } from 'zod'
import { isSessionCookie } from '#server/session-cookie.ts'

interface Cookie {
  readonly name: string
  readonly value: string
}

const prefix = 'base64-'
const instant = z.number().min(0).max(8_640_000_000_000)

/** Part of a JSON web token, which the client decodes without a check of its own. */
const jwtPart = (schema: z.ZodType) => z.string().refine((part) => schema.safeParse(parseJson(part)).success)
const jwtSchema = z
  .string()
  .max(8192)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  .transform((token) => token.split('.'))
  .pipe(
    z.tuple([
      jwtPart(z.object({ alg: z.enum(['HS256', 'RS256', 'ES256']), kid: z.string().optional() })),
      jwtPart(z.object({ exp: instant, sub: z.string().optional() })),
      z.string(),
    ]),
  )
const sessionSchema = z.object({
  access_token: jwtSchema,
  refresh_token: z
    .string()
    .max(512)
    .regex(/^[\w-]+$/),
  expires_at: instant,
  user: z.record(z.string(), z.unknown()),
})

/**
 * Returns the cookies without those of the session, unless they contain one that Supabase's client can use. Anyone can write a
 * cookie, and the client sends its members to Supabase Auth as they are. It does not tell whether the session is valid.
 *
 * @param name the name of the session cookie
 */
export async function dropForgedSession<C extends Cookie>(name: string, cookies: readonly C[]): Promise<C[]> {
  const values = new Map(cookies.map((cookie) => [cookie.name, cookie.value]))
  // As the client reads it: whole, or in parts.
  const value = (await combineChunks(name, (part) => values.get(part))) ?? ''
  const isSession = value.startsWith(prefix) && sessionSchema.safeParse(parseJson(value.slice(prefix.length))).success
  return cookies.filter((cookie) => isSession || !isSessionCookie(cookie.name))
}

function parseJson(base64url: string): unknown {
  try {
    return JSON.parse(stringFromBase64URL(base64url))
  } catch {
    return undefined
  }
}
