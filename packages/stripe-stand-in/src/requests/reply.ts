import type { StripeErrorBody } from '../stripe-error-reply.ts'

/** An HTTP response. */
export interface Reply {
  readonly status: number
  /** Kept as text, so that a replay has the same bytes. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Creates a 200 response. Its body is indented, as Stripe's bodies are. */
export function successReply(body: object): Reply {
  return { status: 200, body: JSON.stringify(body, null, 2), headers: {} }
}

/** Creates an error response. Without the member `error` the SDK would treat it as a success. */
export function errorReply(
  status: number,
  error: StripeErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, body: JSON.stringify({ error }, null, 2), headers }
}
