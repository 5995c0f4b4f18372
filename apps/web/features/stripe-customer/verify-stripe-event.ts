import 'server-only'
import { Stripe } from 'stripe'

/** The largest difference between the time of a signature and the server's time, in both directions. */
const toleranceSeconds = 300

/** What Stripe signed: any JSON, because there are events of several kinds. Or the reason to refuse it. */
export type VerifiedStripeEvent = { ok: true; event: unknown } | { ok: false; reason: string }

/**
 * Verifies the signature of the raw body and parses its JSON.
 *
 * @param signature the `stripe-signature` header
 * @param now the server's time
 * @returns if refused, a reason for the log without any of the body; it must not be sent
 */
export function verifyStripeEvent(
  body: Uint8Array,
  signature: string | null,
  secret: string,
  now: Date = new Date(),
): VerifiedStripeEvent {
  if (signature === null) return { ok: false, reason: 'The stripe-signature header is missing.' }
  // The SDK refuses old signatures only. One with a time far in the future could be replayed until then.
  if (readTimes(signature).some((seconds) => seconds > now.getTime() / 1000 + toleranceSeconds)) {
    return { ok: false, reason: 'The signature timestamp is in the future.' }
  }
  try {
    const { signature: verifier } = Stripe.webhooks
    if (verifier === null) throw new Error('The SDK of Stripe cannot verify signatures here')
    verifier.verifyHeader(body, signature, secret, toleranceSeconds, undefined, now.getTime())
    return { ok: true, event: JSON.parse(new TextDecoder().decode(body)) }
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
      return { ok: false, reason: error.message.split('\n')[0] ?? error.type }
    }
    if (error instanceof SyntaxError) return { ok: false, reason: 'The signed body is not valid JSON.' }
    throw error
  }
}

function readTimes(signature: string): number[] {
  return [...signature.matchAll(/(?:^|,)\s*t=([^,]*)/g)].map(([, time]) => Number(time))
}
