import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { faultSchema, type FaultRequest } from '../requests/fault-queue.ts'
import type { RateLimits } from '../requests/rate-limiter.ts'
import type { StandInState } from './stand-in-state.ts'

/** What can be done to the stand-in from outside. */
export interface Controls {
  /** Queues faults for the requests to come; throws ZodError for what is no fault. */
  addFaults(...faults: readonly FaultRequest[]): void
  /** Takes back every fault that has not struck yet. */
  clearFaults(): void
  /** Puts the stand-in's clock forward, and forgets the idempotency keys that are 24 hours old by then. */
  advanceClock(seconds: number): void
  /** Replaces the rate limits; what is left out is unlimited. */
  setRateLimits(limits: Partial<RateLimits>): void
  /** Tells what is held and what was asked. */
  state(): StandInState
}

const faultsBodySchema = z.union([faultSchema.transform((fault) => [fault]), z.array(faultSchema)])

// A century is more than any test needs and keeps the instant representable.
const clockBodySchema = z.strictObject({ advanceSeconds: z.number().min(0).max(3_155_760_000) })

const limitSchema = z.number().positive().nullable().default(null)
const rateLimitsBodySchema = z.strictObject({
  globalPerSecond: limitSchema,
  endpointPerSecond: limitSchema,
  retryAfterSeconds: z.int().min(0).nullable().default(null),
})

/** Creates the routes under `/_sandbox`; each change answers with the state that results. */
export function controlRoutes(controls: Controls): Hono {
  const change = async <T>(c: Context, schema: z.ZodType<T>, apply: (body: T) => void) => {
    const body: unknown = await c.req.json().catch(() => null)
    const parsed = schema.safeParse(body)
    if (!parsed.success) {
      return c.json({ error: { type: 'invalid_request_error', message: z.prettifyError(parsed.error) } }, 400)
    }
    apply(parsed.data)
    return c.json(controls.state())
  }

  return new Hono()
    .get('/state', (c) => c.json(controls.state()))
    .post('/faults', (c) => change(c, faultsBodySchema, (faults) => controls.addFaults(...faults)))
    .delete('/faults', (c) => {
      controls.clearFaults()
      return c.json(controls.state())
    })
    .post('/clock', (c) => change(c, clockBodySchema, ({ advanceSeconds }) => controls.advanceClock(advanceSeconds)))
    .post('/rate-limits', (c) => change(c, rateLimitsBodySchema, (limits) => controls.setRateLimits(limits)))
}
