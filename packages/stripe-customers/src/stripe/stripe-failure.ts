import { Stripe } from 'stripe'
import { isHeaderError } from '../header-error.ts'
import { redactEmails } from '../redact-emails.ts'
import type { WorkError } from '../store/work-error.ts'

/** Why an attempt failed, and what the next attempt has to know about it. */
export type StripeFailure = WorkError & {
  /** Stripe replayed the stored response of an earlier request with the same key. Sending the key again brings the same. */
  replayed: boolean
  /** A request may still take effect: this one, which got no usable response, or another one with its key. */
  unsettled: boolean
  /** How long Stripe asks to wait. */
  retryAfterMs: number | null
}

// The client's own message can repeat the key.
const unusableKeyMessage =
  'The secret key has white space or another character that a header cannot carry, so nothing was sent. Set it to the key alone.'
const maxMessageLength = 300
/** Longer waits would stop all work because of one response, which may come from a proxy. */
const maxRetryAfterSeconds = 3600

/**
 * Describes an error of a call to Stripe. Pure.
 *
 * @param error anything that the `stripe` package throws
 */
export function describeStripeFailure(error: unknown): StripeFailure {
  const failure = {
    message: redact(error instanceof Error ? error.message : String(error)),
    replayed: false,
    unsettled: false,
    retryAfterMs: null,
  }
  if (isKeyUnusable(error)) return { ...failure, code: 'stripe_unauthorized', message: unusableKeyMessage }
  if (!(error instanceof Stripe.errors.StripeError)) return { ...failure, code: 'stripe_unreachable', unsettled: true }

  const { statusCode: status, requestId, headers = {} } = error
  const response = {
    ...failure,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    replayed: headers['idempotent-replayed'] === 'true',
    retryAfterMs: parseRetryAfterMs(headers['retry-after']),
  }
  // Cut, timed out, or not JSON: nobody knows whether the request took effect.
  if (status === undefined) return { ...response, code: 'stripe_unreachable', unsettled: true }
  if (status === 401 || status === 403) return { ...response, code: 'stripe_unauthorized' }
  if (status === 404) return { ...response, code: 'stripe_missing' }
  if (status === 409) return { ...response, code: 'stripe_in_flight', unsettled: true }
  if (status === 429) return { ...response, code: 'stripe_rate_limited' }
  if (status >= 500) return { ...response, code: 'stripe_unavailable' }
  if (error.rawType === 'idempotency_error') return { ...response, code: 'stripe_key_reused' }
  return { ...response, code: 'stripe_refused' }
}

/**
 * Describes a response that is not a Stripe customer although the call resolved. The `stripe` package resolves with anything
 * that has no `error`, for example the error page of a proxy.
 */
export function describeMalformedResponse(): StripeFailure {
  const message = 'The response is not a Stripe customer. Check whether a proxy responds in place of Stripe.'
  return { ...describeOwn('stripe_malformed', message), unsettled: true }
}

/** Describes a failure that no response of Stripe tells. */
function describeOwn(code: StripeFailure['code'], message: string): StripeFailure {
  return { code, message, replayed: false, unsettled: false, retryAfterMs: null }
}

/** Describes a call that was not made, because its turn would have come after the end of the lease. */
export function describeMissedTurn(retryAfterMs: number): StripeFailure {
  return { ...describeOwn('stripe_rate_limited', "Stripe's rate limit left no turn for this call."), retryAfterMs }
}

/** Whether a failure is a call that was not made. Pure. */
export function isMissedTurn({ code, status }: Pick<StripeFailure, 'code' | 'status'>): boolean {
  return code === 'stripe_rate_limited' && status === undefined
}

/** Describes a look for a customer that lists too many others to end in the time of an attempt. Trying again would not help. */
export function describeTooManyCustomers(profileId: string, listed: number): StripeFailure {
  return describeOwn(
    'stripe_refused',
    `The account has too many customers to look for this one without a search: an attempt listed ${listed}. Give the profile an e-mail, or link its customer: npx stripe-customers relink ${profileId} <customer-id>`,
  )
}

/** Describes a result that the database refuses to record. Pure. */
export function describeRefusedRecord(error: Error): StripeFailure {
  return describeOwn('database_refused', redact(error.message))
}

/**
 * Describes details that no customer can be created with.
 *
 * @param reason what the project's function did, as its database says it
 */
export function describeRefusedDetails(reason: string): StripeFailure {
  return describeOwn(
    'details_refused',
    redact(`Fix public.stripe_customer_details, and requeue the profile: ${reason}.`),
  )
}

/** Describes a link that was set by hand and that the engine does not accept. */
export function describeRefusedLink(reason: string): StripeFailure {
  return describeOwn('link_refused', `${reason} Set the right customer, or clear the link to get another one.`)
}

/** Describes a row whose customer is in another account than the key. */
export function describeWrongAccount(message: string): StripeFailure {
  return describeOwn('stripe_other_account', message)
}

/** Describes a row that reached its maximum of attempts although the last of its workers never reported. */
export function describeLostWorker(): StripeFailure {
  return describeOwn(
    'worker_lost',
    'The last worker never reported. Check whether it ran out of memory or time, or whether this row crashes it.',
  )
}

/** Whether the HTTP client could not send the key, so there was no request: other headers of a call are always valid. */
function isKeyUnusable(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeError) return isKeyUnusable(error.detail)
  return error instanceof Error && isHeaderError(error.message)
}

/** RFC 9110, section 10.2.3. Stripe does not use the form with a date, which would need clocks that agree. */
function parseRetryAfterMs(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return null
  return Math.min(maxRetryAfterSeconds, Number(header)) * 1000
}

function redact(message: string): string {
  return redactEmails(message).slice(0, maxMessageLength)
}
