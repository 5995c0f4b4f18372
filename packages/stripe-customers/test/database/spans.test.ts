import { context } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStripeCustomers } from '../../src/index.ts'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { createStripe, signUp, stripeSecretKey, startStripe } from '../test-stack.ts'

describe('spans', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('test')
  let database: PGlite
  let standIn: StripeStandIn
  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    ;[database, standIn] = await Promise.all([createTestDatabase(), startStripe()])
  })
  beforeEach(() => exporter.reset())
  afterAll(async () => {
    context.disable()
    await Promise.all([database.close(), standIn.stop(), provider.shutdown()])
  })

  const engine = (options = {}) =>
    createStripeCustomers({ postgres: database, stripe: createStripe(standIn), tracer, ...options })
  const named = (name: string): ReadableSpan => exporter.getFinishedSpans().find((span) => span.name === name)!
  /** Returns the names from a span up to its root. */
  const path = (span: ReadableSpan | undefined): string[] => {
    if (span === undefined) return []
    const spans = exporter.getFinishedSpans()
    return [span.name, ...path(spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId))]
  }

  it('connect the route with the claim, the call to Stripe and the write', async () => {
    const id = await signUp(database, 'ada@example.com')
    await tracer.startActiveSpan('POST /api/create-stripe-customer', async (route) => {
      await engine().provision(id)
      route.end()
    })
    const above = ['stripe_customers.provision', 'POST /api/create-stripe-customer']
    expect(path(named('claim_stripe_customer_work'))).toEqual(['claim_stripe_customer_work', ...above])
    const work = ['stripe_customers.work', ...above]
    expect(path(named('stripe.customers.create'))).toEqual(['stripe.customers.create', ...work])
    expect(path(named('complete_stripe_customer_work'))).toEqual(['complete_stripe_customer_work', ...work])
    expect(named('stripe_customers.work').attributes).toEqual({
      'profile.id': id,
      'work.kind': 'create',
      'work.attempt': 1,
      'work.outcome': 'done',
    })
    const order = ['claim_stripe_customer_work', 'stripe.customers.create', 'complete_stripe_customer_work'].map(
      (name) => named(name).startTime[0] * 1e9 + named(name).startTime[1],
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('contain the code of a failure', async () => {
    const id = await signUp(database, 'no address at all')
    await engine().provision(id)
    const { attributes, status } = named('stripe.customers.create')
    expect(attributes).toMatchObject({ 'error.type': 'stripe_refused', 'http.response.status_code': 400 })
    expect(status.code).toBe(2)
  })

  it('contain the code of an error', async () => {
    const broken = { query: () => Promise.reject(new Error('row of ada@example.com')) }
    await expect(engine({ postgres: broken }).provision(crypto.randomUUID())).rejects.toThrow('did not respond')
    expect(named('stripe_customers.provision').attributes).toMatchObject({
      'error.type': 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
    })
  })

  it('contain no e-mail and no secret', async () => {
    const id = await signUp(database, 'grace@example.com')
    await engine().provision(id)
    await database.query('update auth.users set email = $2 where id = $1', [id, 'hopper@example.com'])
    await engine().sweep()
    const text = JSON.stringify(
      exporter.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]),
    )
    expect(text).toContain('stripe.customers.update')
    expect(text).not.toContain('@example.com')
    expect(text).not.toContain(stripeSecretKey)
  })

  it('do not exist without a tracer', async () => {
    const id = await signUp(database, 'hedy@example.com')
    await createStripeCustomers({ postgres: database, stripe: createStripe(standIn) }).provision(id)
    expect(exporter.getFinishedSpans()).toEqual([])
  })
})
