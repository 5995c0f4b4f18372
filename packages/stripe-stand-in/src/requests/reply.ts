import type { StripeErrorBody } from '../stripe-failure.ts'

/** An answer as it travels. */
export interface Reply {
  readonly status: number
  /** The body's text, kept as sent so that a replay is the same to the byte. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Makes the answer of a success; indented, as Stripe's bodies are. */
export function successReply(body: object): Reply {
  return { status: 200, body: JSON.stringify(body, null, 2), headers: {} }
}

/** Makes the answer of a failure: an `error` member, without which the SDK would take it for a success. */
export function errorReply(
  status: number,
  error: StripeErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, body: JSON.stringify({ error }, null, 2), headers }
}
