import 'server-only'
import { z } from 'zod'
import { parse, processEnv, type Source } from '#server/env.ts'

/** How many attempts pass, in which time. */
export interface Throttle {
  readonly points: number
  readonly windowSeconds: number
}

const quarterHourSeconds = 900
const hourSeconds = 3600

const quota = (fallback: number) =>
  z.preprocess(
    (value) => (value === undefined || value === '' ? fallback : Number(value)),
    z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000, 'must be at most 1000000'),
  )

const schema = z.object({
  SIGN_IN_QUOTA_PER_ADDRESS: quota(50),
  SIGN_IN_QUOTA_PER_BROWSER: quota(10),
  SIGN_IN_QUOTA_PER_ACCOUNT: quota(100),
  SIGN_UP_QUOTA_PER_ADDRESS: quota(30),
  MAIL_QUOTA_PER_ADDRESS: quota(30),
  REFRESH_QUOTA_PER_ADDRESS: quota(50),
})

/** The throttles by name. */
export type Throttles = Record<'address' | 'browser' | 'account' | 'signUp' | 'mail' | 'refresh', Throttle>

/**
 * Reads how often an address or an account can try to sign in, sign up, cause emails and send a session that cannot be refreshed.
 *
 * @throws `ERR_ENV_INVALID` if a variable is invalid
 */
export function throttleEnv(source: Source = processEnv()): Throttles {
  const env = parse(schema, source)
  return {
    address: { points: env.SIGN_IN_QUOTA_PER_ADDRESS, windowSeconds: quarterHourSeconds },
    browser: { points: env.SIGN_IN_QUOTA_PER_BROWSER, windowSeconds: quarterHourSeconds },
    account: { points: env.SIGN_IN_QUOTA_PER_ACCOUNT, windowSeconds: hourSeconds },
    signUp: { points: env.SIGN_UP_QUOTA_PER_ADDRESS, windowSeconds: hourSeconds },
    mail: { points: env.MAIL_QUOTA_PER_ADDRESS, windowSeconds: hourSeconds },
    refresh: { points: env.REFRESH_QUOTA_PER_ADDRESS, windowSeconds: quarterHourSeconds },
  }
}
