import { z } from 'zod'

/** Parses the `last_error` of a row of work. */
export const workErrorSchema = z
  .object({
    code: z.enum([
      'stripe_unreachable',
      'stripe_unavailable',
      'stripe_in_flight',
      'stripe_rate_limited',
      'stripe_unauthorized',
      'stripe_key_reused',
      'stripe_missing',
      'stripe_refused',
      'stripe_malformed',
      'database_refused',
      'worker_lost',
    ]),
    message: z.string(),
    status: z.int().optional(),
    request_id: z.string().optional(),
  })
  .transform(({ code, message, status, request_id: requestId }): WorkError => ({
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
  }))

/** What kept the work from being done. */
export type WorkErrorCode =
  /** No usable answer came: the connection failed, was cut, or timed out. */
  | 'stripe_unreachable'
  /** 5xx. */
  | 'stripe_unavailable'
  /** 409: another request with the same key is under way. */
  | 'stripe_in_flight'
  /** 429. */
  | 'stripe_rate_limited'
  /** 401 or 403: the secret key is wrong or may not do this. */
  | 'stripe_unauthorized'
  /** The idempotency key has been used with other parameters. */
  | 'stripe_key_reused'
  /** 404: the account does not have this customer. */
  | 'stripe_missing'
  /** Another 4xx: Stripe does not accept the parameters. */
  | 'stripe_refused'
  /** Something answered that is not Stripe. */
  | 'stripe_malformed'
  /** Stripe did what was asked, but the database refuses to record it. */
  | 'database_refused'
  /** Workers took the row up and never reported: each crashed or was killed. */
  | 'worker_lost'

/** The error of a row of work, stored in its `last_error`. Its message never carries the user's e-mail. */
export interface WorkError {
  readonly code: WorkErrorCode
  readonly message: string
  /** Stripe's HTTP status, where there was an answer. */
  readonly status?: number
  /** Stripe's own id of the request, for its support. */
  readonly requestId?: string
}

/** Gives an error the form in which it is stored. */
export function formatWorkError(error: WorkError): Record<string, unknown> {
  const { code, message, status, requestId } = error
  return { code, message, status, request_id: requestId }
}
