/** Begins where an address can begin only. Otherwise the time would grow with the square of a text's length. */
const emailPattern = /(?<![^\s@'"<>:])[^\s@'"<>:]+@[^\s@'"<>]+/g
/** Stripe quotes an address that it refuses, and all that is wrong with that address may be a missing `@`. */
const refusedEmailPattern = /(invalid e-?mail[^:]*: ?).*/gis

/**
 * Replaces the e-mail addresses in a text by `[e-mail]`, and also what Stripe quotes as an invalid address.
 *
 * @example
 * import { redactEmails } from '@routekey/stripe-customers/redact-emails'
 *
 * redactEmails('No user ada@example.com') // 'No user [e-mail]'
 */
export function redactEmails(text: string): string {
  return text.replaceAll(refusedEmailPattern, '$1[e-mail]').replaceAll(emailPattern, '[e-mail]')
}
