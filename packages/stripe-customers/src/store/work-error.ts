import { z } from 'zod'

/** Why the work on a row was not done. */
export type WorkErrorCode =
  /** No usable response: the connection failed, was cut, or timed out. */
  | 'stripe_unreachable'
  /** 5xx. */
  | 'stripe_unavailable'
  /** 409: another request with the same key is in progress. */
  | 'stripe_in_flight'
  /** 429. */
  | 'stripe_rate_limited'
  /** 401 or 403: the secret key is invalid or lacks a permission. */
  | 'stripe_unauthorized'
  /** The idempotency key was used with other parameters. */
  | 'stripe_key_reused'
  /** 404: the account does not have this customer. */
  | 'stripe_missing'
  /** The key belongs to another account or mode than the customers. Nothing was sent. */
  | 'stripe_other_account'
  /** The project's function for details returned something else, or raised. */
  | 'details_refused'
  /** The link was set by hand to a customer that is deleted, or that belongs to another profile. */
  | 'link_refused'
  /** Another 4xx: Stripe does not accept the parameters. */
  | 'stripe_refused'
  /** The response did not come from Stripe. */
  | 'stripe_malformed'
  /** Stripe did its part, but the database refuses to record it. */
  | 'database_refused'
  /** Workers claimed the row and never reported: each crashed or was killed. */
  | 'worker_lost'
  /** Nobody wants the work any more. */
  | 'dismissed'

/** The error of a row of work, stored in its `last_error`. Its message never contains the user's e-mail. */
export interface WorkError {
  readonly code: WorkErrorCode
  readonly message: string
  /** Stripe's HTTP status, if there was a response. */
  readonly status?: number
  /** Stripe's own id of the request, for Stripe's support. */
  readonly requestId?: string
}

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
      'stripe_other_account',
      'details_refused',
      'link_refused',
      'stripe_refused',
      'stripe_malformed',
      'database_refused',
      'worker_lost',
      'dismissed',
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

/** Formats an error as it is stored. */
export function formatWorkError(error: WorkError): Record<string, unknown> {
  const { code, message, status, requestId } = error
  return { code, message, status, request_id: requestId }
}
