import { Stripe } from 'stripe'
import type { WorkError } from '../store/work-error.ts'

/** How an attempt failed, as far as it matters to what happens next. */
export type StripeFailure = WorkError & {
  /** The answer is the stored one of an earlier request with the same key: sending it again brings the same. */
  replayed: boolean
  /** A request may still take effect: this one, because it got no usable answer, or the one that is under way with its key. */
  unsettled: boolean
  /** How long Stripe asks to wait. */
  retryAfterMs: number | null
}

const maxMessageLength = 300
const emailPattern = /[^\s@'"<>:]+@[^\s@'"<>]+/g
/** Stripe repeats what it does not take for an address, and that may have lost no more than its `@`. */
const refusedEmailPattern = /(invalid e-?mail[^:]*: ?).*/is

/**
 * Describes what a call to Stripe threw. Pure.
 *
 * @param error Anything that the `stripe` package throws.
 */
export function describeStripeFailure(error: unknown): StripeFailure {
  const failure = {
    message: redact(error instanceof Error ? error.message : String(error)),
    replayed: false,
    unsettled: false,
    retryAfterMs: null,
  }
  if (!(error instanceof Stripe.errors.StripeError)) return { ...failure, code: 'stripe_unreachable', unsettled: true }

  const { statusCode: status, requestId, headers = {} } = error
  const answer = {
    ...failure,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    replayed: headers['idempotent-replayed'] === 'true',
    retryAfterMs: parseRetryAfterMs(headers['retry-after']),
  }
  if (status === undefined) {
    // Cut, timed out, or an answer that was not JSON: what came of the request is not known.
    return { ...answer, code: 'stripe_unreachable', unsettled: true }
  }
  if (status === 401 || status === 403) return { ...answer, code: 'stripe_unauthorized' }
  if (status === 404) return { ...answer, code: 'stripe_missing' }
  if (status === 409) return { ...answer, code: 'stripe_in_flight', unsettled: true }
  if (status === 429) return { ...answer, code: 'stripe_rate_limited' }
  if (status >= 500) return { ...answer, code: 'stripe_unavailable' }
  if (error.rawType === 'idempotency_error') return { ...answer, code: 'stripe_key_reused' }
  return { ...answer, code: 'stripe_refused' }
}

/**
 * Describes an answer that is no customer although the call resolved: the `stripe` package resolves whatever carries no
 * `error`, for example the error page of a proxy.
 */
export function describeMalformedAnswer(): StripeFailure {
  return {
    code: 'stripe_malformed',
    message: 'The answer is not a Stripe customer. Is something between this server and Stripe answering in its place?',
    replayed: false,
    unsettled: true,
    retryAfterMs: null,
  }
}

/** Describes a call that was not made, because its turn would have come after the end of the lease. */
export function describeMissedTurn(retryAfterMs: number): StripeFailure {
  return {
    code: 'stripe_rate_limited',
    message: "Stripe's rate limit left no turn for this call.",
    replayed: false,
    unsettled: false,
    retryAfterMs,
  }
}

/** Describes a result that the database refuses to record. Pure. */
export function describeRefusedRecord(error: Error): StripeFailure {
  return {
    code: 'database_refused',
    message: redact(error.message),
    replayed: false,
    unsettled: false,
    retryAfterMs: null,
  }
}

/** Describes a row that its workers took up as often as it may be tried, without a report from the last of them. */
export function describeLostWorker(): StripeFailure {
  return {
    code: 'worker_lost',
    message: 'The last worker never reported. Was it killed for its memory or time, or does this row crash it?',
    replayed: false,
    unsettled: false,
    retryAfterMs: null,
  }
}

/** More would park all work on the word of one answer, which may be a proxy's. */
const maxRetryAfterSeconds = 3600

/** RFC 9110 section 10.2.3; the form with a date is not used by Stripe and would need clocks that agree. */
function parseRetryAfterMs(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return null
  return Math.min(maxRetryAfterSeconds, Number(header)) * 1000
}

function redact(message: string): string {
  return message
    .replace(refusedEmailPattern, '$1[e-mail]')
    .replaceAll(emailPattern, '[e-mail]')
    .slice(0, maxMessageLength)
}
