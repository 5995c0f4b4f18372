import { z } from 'zod'

// Nothing of another shape gets into the log, and no event has another one.
const name = z
  .string()
  .regex(/^[\w.]{1,255}$/)
  .optional()
  .catch(undefined)
const eventSchema = z.object({ id: name, type: name }).catch({})

/** Returns the id and the type of what Stripe signed, for the log. Either can be missing. */
export function describeStripeEvent(event: unknown): { id?: string | undefined; type?: string | undefined } {
  return eventSchema.parse(event)
}
