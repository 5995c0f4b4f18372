import type { Database } from '../storage/database.ts'
import { StripeErrorReply } from '../stripe-error-reply.ts'
import type { Endpoint, StripeRequest } from './endpoint.ts'
import type { FaultQueue } from './fault-queue.ts'
import type { IdempotencyStore, KeyedRequest } from './idempotency-store.ts'
import { rateLimited } from './rate-limiter.ts'
import { errorReply, successReply, type Reply } from './reply.ts'

/** An authenticated request for a known endpoint. */
export interface ExecutableRequest extends StripeRequest {
  readonly endpoint: Endpoint
  readonly path: string
  /** Resolves when the client disconnects or the stand-in stops. */
  readonly whenClosed: () => Promise<void>
}

/** How a request ends. */
export type Outcome =
  | { kind: 'cut' }
  /** `keyOwner` is the request that first used the idempotency key; null without a key. */
  | { kind: 'reply'; reply: Reply; keyOwner: string | null; replayed: boolean }

export interface ExecutionDependencies {
  readonly database: Database
  readonly idempotency: IdempotencyStore
  readonly faults: FaultQueue
  /** Called after every write. */
  readonly onCommit: () => void
  /** Aborted when the stand-in stops. */
  readonly stopping: AbortSignal
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

const cut: Outcome = { kind: 'cut' }

/** Creates the execution of requests: idempotency, faults, and one transaction for the effect and its stored response. */
export function createExecution(dependencies: ExecutionDependencies) {
  const { database, idempotency, faults, onCommit } = dependencies
  const inFlight = new Set<string>()

  /** Runs the endpoint. An error that a key keeps is stored by itself, because its transaction was rolled back. */
  const run = (
    request: ExecutableRequest,
    keyed: KeyedRequest | null,
    failure: 'after_effect' | 'before_effect' | null,
  ) => {
    const save = (reply: Reply): Reply => {
      if (keyed !== null) idempotency.save(keyed, request.id, reply)
      return reply
    }
    try {
      const reply = database.transaction(() => {
        if (failure === 'before_effect') return save(serverError())
        const success = successReply(request.endpoint.run(request))
        return save(failure === 'after_effect' ? serverError() : success)
      })
      if (request.endpoint.method !== 'GET') onCommit()
      return reply
    } catch (error) {
      if (error instanceof StripeErrorReply && error.isStored) save(errorReply(error.status, error.body))
      throw error
    }
  }

  return async (request: ExecutableRequest): Promise<Outcome> => {
    const { method, path: pattern } = request.endpoint
    // Stripe ignores keys on GET and DELETE, which are idempotent anyway.
    const key = method === 'POST' ? request.idempotencyKey : null
    const keyed = key === null ? null : { key, endpoint: `${method} ${request.path}`, params: request.params }
    if (key !== null && inFlight.has(key)) throw keyInUse(key)
    const stored = keyed === null ? undefined : idempotency.find(keyed)
    const target = { method, pattern, path: request.path, hasKey: key !== null, isReplay: stored !== undefined }
    const { delayMs, fault } = faults.take(target)

    if (fault?.kind === 'rate_limit') throw rateLimited(fault.retryAfterSeconds ?? null, 'endpoint-rate')
    if (fault?.kind === 'in_flight') throw keyInUse(key ?? '')
    if (fault?.kind === 'cut' && fault.when === 'before_effect') return cut

    let outcome: Outcome
    if (key !== null) inFlight.add(key)
    try {
      if (delayMs > 0 && !(await wait(delayMs, dependencies))) return cut
      if (fault?.kind === 'hang' && fault.when === 'before_effect') {
        await request.whenClosed()
        return cut
      }
      if (stored === undefined) {
        const reply = run(request, keyed, fault?.kind === 'server_error' ? fault.when : null)
        outcome = { kind: 'reply', reply, keyOwner: key === null ? null : request.id, replayed: false }
      } else {
        outcome = { kind: 'reply', reply: stored.reply, keyOwner: stored.requestId, replayed: true }
      }
    } finally {
      if (key !== null) inFlight.delete(key)
    }

    if (fault?.kind === 'cut') return cut
    if (fault?.kind === 'hang') {
      await request.whenClosed()
      return cut
    }
    return outcome
  }
}

/** Waits. Returns false if the stand-in stops first. */
async function wait(
  delayMs: number,
  { sleep, stopping }: Pick<ExecutionDependencies, 'sleep' | 'stopping'>,
): Promise<boolean> {
  try {
    await sleep(delayMs, stopping)
    return true
  } catch (error) {
    if (stopping.aborted) return false
    throw error
  }
}

function keyInUse(key: string): StripeErrorReply {
  return new StripeErrorReply(
    `There is currently another in-progress request using this Idempotency-Key: ${key}. Please try again later.`,
    { status: 409, type: 'idempotency_error', code: 'idempotency_key_in_use' },
  )
}

function serverError(): Reply {
  return errorReply(500, {
    type: 'api_error',
    message: 'An unknown error occurred (a fault that was added to the Stripe stand-in).',
  })
}
