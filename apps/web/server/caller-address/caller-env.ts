import 'server-only'
import { z } from 'zod'
import { parse, processEnv, type Source } from '../env.ts'

const numberFrom = (minimum: number, maximum: number, fallback: number) =>
  z.preprocess(
    (value) => (value === undefined || value === '' ? fallback : Number(value)),
    z
      .int(`must be a whole number from ${minimum} to ${maximum}`)
      .min(minimum, `must be at least ${minimum}`)
      .max(maximum, `must be at most ${maximum}`),
  )
const headerSchema = z.preprocess(
  (value) => (value === undefined || value === '' ? 'x-forwarded-for' : value),
  z.string().regex(/^[\w-]+$/, 'must be the name of a header'),
)

/** How the address of a caller is found. */
export interface ProxyEnv {
  /** How many proxies of the operator each request passes; 0 if callers connect directly. */
  readonly proxies: number
  /** The header to which each of them adds an address. */
  readonly header: string
}

/**
 * Reads which proxies are in front of the application. The default is none, and on Vercel its own, which replaces the header.
 *
 * @throws `ERR_ENV_INVALID` if a variable is invalid
 */
export function proxyEnv(source: Source = processEnv()): ProxyEnv {
  const onVercel = source['VERCEL'] === '1' ? 1 : 0
  const schema = z.object({ TRUSTED_PROXIES: numberFrom(0, 10, onVercel), TRUSTED_PROXY_HEADER: headerSchema })
  const env = parse(schema, source)
  return { proxies: env.TRUSTED_PROXIES, header: env.TRUSTED_PROXY_HEADER }
}

const invalidKeySchema = z.object({
  INVALID_KEY_QUOTA: numberFrom(1, 1_000_000, 20),
  INVALID_KEY_WINDOW_SECONDS: numberFrom(1, 86_400, 60),
})

/**
 * Reads how many invalid keys an address can send, in which time.
 *
 * @throws `ERR_ENV_INVALID` if a variable is invalid
 */
export function invalidKeyLimits(source: Source = processEnv()): { quota: number; windowSeconds: number } {
  const env = parse(invalidKeySchema, source)
  return { quota: env.INVALID_KEY_QUOTA, windowSeconds: env.INVALID_KEY_WINDOW_SECONDS }
}
