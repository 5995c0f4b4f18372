import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { createClock } from './clock.ts'
import type { Controls } from './control/control-routes.ts'
import { readState } from './control/stand-in-state.ts'
import { createApp } from './create-app.ts'
import { createCustomerEndpoints } from './customers/customer-endpoints.ts'
import { createCustomerSearch } from './customers/customer-search.ts'
import { createCustomerStore } from './customers/customer-store.ts'
import { openDatabase } from './database.ts'
import { createEventEndpoints } from './events/event-endpoints.ts'
import { createEventStore } from './events/event-store.ts'
import { createAnswer } from './requests/answer-request.ts'
import { createAuthenticator } from './requests/authenticate.ts'
import { createExecution } from './requests/execute-request.ts'
import { createFaultQueue } from './requests/fault-queue.ts'
import { createIdempotencyStore } from './requests/idempotency-store.ts'
import { createRateLimiter, noLimits, type RateLimits } from './requests/rate-limiter.ts'
import { createRequestLog } from './requests/request-log.ts'
import { createSubscriptionActions } from './subscriptions/subscription-actions.ts'
import { createSubscriptionEndpoints } from './subscriptions/subscription-endpoints.ts'
import { createSubscriptionStore } from './subscriptions/subscription-store.ts'
import { defaultRetryDelaysMs, startWebhookDelivery } from './webhooks/deliver-webhooks.ts'
import { createWebhookOutbox, type WebhookEndpoint } from './webhooks/webhook-outbox.ts'

export type { StandInState } from './control/stand-in-state.ts'
export type { FaultRequest } from './requests/fault-queue.ts'
export type { RateLimits } from './requests/rate-limiter.ts'
export type { WebhookEndpoint } from './webhooks/webhook-outbox.ts'

/** How the stand-in is set up. */
export interface StripeStandInOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** The file that keeps the state, or `:memory:`, the default. */
  readonly path?: string
  /** The only key that is let in, `sk_test_…`. */
  readonly secretKey: string
  /** Where events are sent; nowhere by default. */
  readonly webhooks?: readonly WebhookEndpoint[]
  /** How long to wait before each further attempt to send an event; 1 s, 5 s and 30 s by default. */
  readonly webhookRetryDelaysMs?: readonly number[]
  /** No limits by default. */
  readonly rateLimits?: Partial<RateLimits>
  /** How long a change takes to be found by search; 0 by default. */
  readonly searchDelayMs?: number
  /** The instant of the world outside; the system's clock by default. */
  readonly clock?: () => Date
  /** Passes the time of faults that delay; by default the system's. It may give up when the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Told of every fault of the stand-in itself; by default it goes to stderr. */
  readonly onError?: (error: unknown) => void
}

/** A running stand-in. */
export interface StripeStandIn extends Controls {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  readonly port: number
  /** Cuts every connection, stops sending events and closes the storage; more than once does no harm. */
  stop(): Promise<void>
}

/**
 * Starts a stand-in for Stripe's API on 127.0.0.1, with Stripe's semantics for customers.
 *
 * It knows customers, subscriptions of customers and events, and nothing that moves money.
 *
 * @throws Error with `code: 'EADDRINUSE'` when the port is taken
 * @throws TypeError when two webhook endpoints have one address
 * @example
 * const stripe = await startStripeStandIn({ port: 0, secretKey: 'sk_test_sandbox_0123456789' })
 * stripe.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers' })
 * await stripe.stop()
 */
export async function startStripeStandIn(options: StripeStandInOptions): Promise<StripeStandIn> {
  const { secretKey, webhooks: endpoints = [], onError = reportToStderr } = options
  if (new Set(endpoints.map(({ url }) => url)).size < endpoints.length) {
    throw new TypeError('Two webhook endpoints have the same address; give one endpoint all their events.')
  }
  const clock = createClock(options.clock)
  const stopping = new AbortController()
  const database = openDatabase(options.path ?? ':memory:')

  const outbox = createWebhookOutbox(database, clock, endpoints)
  const events = createEventStore(database, clock, outbox)
  const customers = createCustomerStore(database)
  const search = createCustomerSearch(database, clock, options.searchDelayMs ?? 0)
  const subscriptions = createSubscriptionStore(database)
  const actions = createSubscriptionActions(subscriptions, events, clock)
  const idempotency = createIdempotencyStore(database, clock)
  const faults = createFaultQueue()
  const limiter = createRateLimiter(clock, { ...noLimits, ...options.rateLimits })
  const log = createRequestLog()
  const delivery = startWebhookDelivery({
    outbox,
    clock,
    endpoints,
    retryDelaysMs: options.webhookRetryDelaysMs ?? defaultRetryDelaysMs,
    stopping: stopping.signal,
    onError,
  })

  const controls: Controls = {
    addFaults: (...added) => faults.add(...added),
    clearFaults: () => faults.clear(),
    advanceClock(seconds) {
      clock.advance(seconds)
      idempotency.prune()
    },
    setRateLimits: (limits) => limiter.set({ ...noLimits, ...limits }),
    state: () => readState({ clock, customers, subscriptions, events, idempotency, log, limiter, faults, outbox }),
  }
  const execute = createExecution({
    database,
    idempotency,
    faults,
    onCommit: () => delivery.wake(),
    stopping: stopping.signal,
    sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
  })
  const answer = createAnswer({
    endpoints: [
      ...createCustomerEndpoints({ clock, customers, search, subscriptions: actions, events }),
      ...createSubscriptionEndpoints({ clock, customers, subscriptions, actions, events }),
      ...createEventEndpoints(events),
    ],
    authenticate: createAuthenticator(secretKey),
    limiter,
    execute,
    log,
    onError,
  })

  const listener = getRequestListener(createApp({ answer, controls, customers, onError }).fetch)
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  const shutDown = async () => {
    stopping.abort()
    await close(server)
    await delivery.finished()
    database.close()
  }
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= shutDown())
  try {
    const port = await listen(server, options.port)
    return { ...controls, url: `http://127.0.0.1:${port}`, port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.')
  return address.port
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

function reportToStderr(error: unknown): void {
  process.stderr.write(`Sandbox Stripe: ${error instanceof Error ? error.stack : String(error)}\n`)
}
