import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { createAccountEndpoints } from './account/account-endpoints.ts'
import { createAdjustableClock } from './adjustable-clock.ts'
import { createBelongingEndpoints } from './belongings/belonging-endpoints.ts'
import { createBelongings } from './belongings/belongings.ts'
import { createControls, type Controls } from './control/controls.ts'
import { readState } from './control/stand-in-state.ts'
import { createApp } from './create-app.ts'
import { createCustomerEndpoints } from './customers/customer-endpoints.ts'
import { createCustomerStore } from './customers/customer-store.ts'
import { StandInError } from './errors.ts'
import { createEventEndpoints } from './events/event-endpoints.ts'
import { createEventStore } from './events/event-store.ts'
import { createAnswer } from './requests/answer-request.ts'
import { createAuthenticator } from './requests/authenticate.ts'
import { createExecution } from './requests/execute-request.ts'
import { createFaultQueue } from './requests/fault-queue.ts'
import { createIdempotencyStore } from './requests/idempotency-store.ts'
import { createRateLimiter, noLimits, type RateLimits } from './requests/rate-limiter.ts'
import { createRequestLog } from './requests/request-log.ts'
import { openDatabase } from './storage/database.ts'
import { createCustomerSubscriptions } from './subscriptions/customer-subscriptions.ts'
import { createSubscriptionEndpoints } from './subscriptions/subscription-endpoints.ts'
import { createSubscriptionStore } from './subscriptions/subscription-store.ts'
import { defaultRetryDelaysMs, startWebhookDelivery } from './webhooks/deliver-webhooks.ts'
import { createWebhookOutbox, type WebhookEndpoint } from './webhooks/webhook-outbox.ts'

export type { StandInState } from './control/stand-in-state.ts'
export { StandInError, type StandInErrorCode } from './errors.ts'
export type { FaultRequest } from './requests/fault-queue.ts'
export type { RateLimits } from './requests/rate-limiter.ts'
export type { WebhookEndpoint } from './webhooks/webhook-outbox.ts'

const defaultAccount = 'acct_StripeStandIn01'

/** Options of {@link startStripeStandIn}. */
export interface StripeStandInOptions {
  /** A port on 127.0.0.1; 0 for any free port. */
  readonly port: number
  /** The file that keeps the state. Default: `:memory:`. */
  readonly path?: string
  /** The only key that is accepted, `sk_test_…`. A restricted key, `rk_test_…`, cannot read the account. */
  readonly secretKey: string
  /** The id of the account, `acct_…`. Default: always the same. */
  readonly account?: string
  /** The endpoints that events are sent to. Default: none. */
  readonly webhooks?: readonly WebhookEndpoint[]
  /** The delay before each retry of an event. Default: 1 s, 5 s and 30 s. */
  readonly webhookRetryDelaysMs?: readonly number[]
  /** Default: no limits. */
  readonly rateLimits?: Partial<RateLimits>
  /** The outside time. Default: the system's clock. */
  readonly clock?: () => Date
  /** Waits for faults of kind `delay`. It can reject when the signal is aborted. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Called with every bug of the stand-in itself. Default: prints it to stderr. */
  readonly onError?: (error: unknown) => void
}

/** A running stand-in. */
export interface StripeStandIn extends Controls {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** Cuts every connection, stops sending events and closes the storage. You can call it more than once. */
  stop(): Promise<void>
}

/**
 * Starts a stand-in for Stripe's API on 127.0.0.1, with Stripe's semantics for customers.
 *
 * It supports customers, their subscriptions and events. It does not move money.
 *
 * @throws `EADDRINUSE` when the port is taken
 * @throws `ERR_STAND_IN_DUPLICATE_WEBHOOK` when two webhook endpoints have the same address
 * @throws `ERR_STAND_IN_FILE_VERSION` when another version of the stand-in wrote the file
 * @example
 * import { startStripeStandIn } from '@routekey/stripe-stand-in'
 *
 * const standIn = await startStripeStandIn({ port: 0, secretKey: 'sk_test_sandbox_0123456789' })
 * standIn.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers' })
 * await standIn.stop()
 */
export async function startStripeStandIn(options: StripeStandInOptions): Promise<StripeStandIn> {
  const { secretKey, webhooks = [], onError = printToStderr } = options
  checkWebhooks(webhooks)
  const clock = createAdjustableClock(options.clock)
  const stopping = new AbortController()
  const database = openDatabase(options.path ?? ':memory:')

  const outbox = createWebhookOutbox(database, clock, webhooks)
  const events = createEventStore(database, clock, outbox)
  const customers = createCustomerStore(database)
  const subscriptions = createSubscriptionStore(database)
  const customerSubscriptions = createCustomerSubscriptions(subscriptions, events, clock)
  const belongings = createBelongings(clock)
  const idempotency = createIdempotencyStore(database, clock)
  const faults = createFaultQueue()
  const limiter = createRateLimiter(clock, { ...noLimits, ...options.rateLimits })
  const log = createRequestLog()
  const delivery = startWebhookDelivery({
    outbox,
    clock,
    endpoints: webhooks,
    retryDelaysMs: options.webhookRetryDelaysMs ?? defaultRetryDelaysMs,
    stopping: stopping.signal,
    onError,
  })

  const controls = createControls({
    clock,
    customers,
    faults,
    idempotency,
    subscribe(customer) {
      database.transaction(() => customerSubscriptions.add(customer, { id: null, idempotencyKey: null }))
      delivery.wake()
    },
    addBelonging: (customer, kind) => belongings.add(customer, kind),
    state: () => readState({ clock, customers, subscriptions, events, idempotency, log, limiter, faults, outbox }),
  })
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
      ...createCustomerEndpoints({ clock, customers, subscriptions: customerSubscriptions, events }),
      ...createSubscriptionEndpoints(subscriptions),
      ...createBelongingEndpoints(belongings, customers),
      ...createEventEndpoints(events),
      ...createAccountEndpoints(options.account ?? defaultAccount, secretKey.startsWith('rk_')),
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

function checkWebhooks(webhooks: readonly WebhookEndpoint[]): void {
  const urls = webhooks.map(({ url }) => url)
  const duplicate = urls.find((url, index) => urls.indexOf(url) !== index)
  if (duplicate === undefined) return
  const message = `Two webhook endpoints have the address ${duplicate}. Use one endpoint with the events of both.`
  throw new StandInError('ERR_STAND_IN_DUPLICATE_WEBHOOK', message)
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no TCP port.')
  return address.port
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

function printToStderr(error: unknown): void {
  process.stderr.write(`Stripe stand-in: ${error instanceof Error ? error.stack : String(error)}\n`)
}
