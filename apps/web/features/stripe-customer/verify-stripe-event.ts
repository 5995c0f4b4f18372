import 'server-only'
import { Stripe } from 'stripe'

/** By how much the time of a signature may differ from the server's, either way, in seconds. */
const toleranceSeconds = 300

/** An event that Stripe signed, or why it is not taken for one. */
export type VerifiedStripeEvent = { ok: true; event: Stripe.Event } | { ok: false; reason: string }

/**
 * Verifies the signature over the bytes as they came, and parses the event.
 *
 * @param signature the header `stripe-signature`
 * @param now the server's time
 * @returns the reason for the log, which holds nothing of the body; the sender is not told
 */
export function verifyStripeEvent(
  body: Uint8Array,
  signature: string | null,
  secret: string,
  now: Date = new Date(),
): VerifiedStripeEvent {
  if (signature === null) return { ok: false, reason: 'The header stripe-signature is missing.' }
  // The SDK refuses old signatures only: one with a time far ahead could be sent again for as long.
  if (readTimes(signature).some((seconds) => seconds > now.getTime() / 1000 + toleranceSeconds)) {
    return { ok: false, reason: 'The signature is from the future.' }
  }
  try {
    const { webhooks } = Stripe
    const event = webhooks.constructEvent(body, signature, secret, toleranceSeconds, undefined, now.getTime())
    return { ok: true, event }
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
      return { ok: false, reason: error.message.split('\n')[0] ?? error.type }
    }
    if (error instanceof SyntaxError) return { ok: false, reason: 'The signed body is not JSON.' }
    throw error
  }
}

function readTimes(signature: string): number[] {
  return [...signature.matchAll(/(?:^|,)\s*t=([^,]*)/g)].map(([, time]) => Number(time))
}
