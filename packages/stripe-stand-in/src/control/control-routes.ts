import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { StandInError } from '../errors.ts'
import { faultSchema } from '../requests/fault-queue.ts'
import type { Controls } from './controls.ts'

const faultsBodySchema = z.union([faultSchema.transform((fault) => [fault]), z.array(faultSchema)])

// A century is enough for any test, and the result is still a valid Date.
const clockBodySchema = z.strictObject({ advanceSeconds: z.number().min(0).max(3_155_760_000) })

const subscriptionBodySchema = z.strictObject({ customer: z.string() })
const belongingBodySchema = z.strictObject({ customer: z.string(), kind: z.enum(['payment_method', 'invoice']) })

/** Creates the routes under `/_sandbox`. Each change answers with the resulting state. */
export function createControlRoutes(controls: Controls): Hono {
  const change = async <T>(c: Context, schema: z.ZodType<T>, apply: (body: T) => void) => {
    const body: unknown = await c.req.json().catch(() => null)
    const parsed = schema.safeParse(body)
    if (!parsed.success) return refuse(c, z.prettifyError(parsed.error))
    try {
      apply(parsed.data)
    } catch (error) {
      if (error instanceof StandInError) return refuse(c, error.message)
      throw error
    }
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
    .post('/subscriptions', (c) =>
      change(c, subscriptionBodySchema, ({ customer }) => controls.addSubscription(customer)),
    )
    .post('/belongings', (c) =>
      change(c, belongingBodySchema, ({ customer, kind }) => controls.addBelonging(customer, kind)),
    )
}

function refuse(c: Context, message: string): Response {
  return c.json({ error: { type: 'invalid_request_error', message } }, 400)
}
