import { newId } from '../new-id.ts'
import { parseForm, type ParamTree } from '../params/parse-form.ts'
import { StripeErrorReply } from '../stripe-error-reply.ts'
import { apiVersion, checkApiVersion } from './api-version.ts'
import { matchEndpoint, type Endpoint } from './endpoint.ts'
import type { ExecutableRequest, Outcome } from './execute-request.ts'
import { extractIdempotencyKey } from './idempotency-store.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { errorReply, type Reply } from './reply.ts'
import type { RequestLog } from './request-log.ts'

/** A request before it is checked. */
export interface IncomingRequest {
  readonly method: string
  readonly path: string
  /** The query string without its question mark. */
  readonly query: string
  readonly header: (name: string) => string | undefined
  /** Returns null when the client disconnects before the body is complete. */
  readonly readBody: () => Promise<string | null>
  readonly whenClosed: () => Promise<void>
}

export interface AnswerDependencies {
  readonly endpoints: readonly Endpoint[]
  readonly authenticate: (authorization: string | undefined) => void
  readonly limiter: RateLimiter
  readonly execute: (request: ExecutableRequest) => Promise<Outcome>
  readonly log: RequestLog
  /** Called with every bug of the stand-in itself. */
  readonly onError: (error: unknown) => void
}

/** Creates the function that answers requests under `/v1`. It returns null to cut the connection. */
export function createAnswer(dependencies: AnswerDependencies): (incoming: IncomingRequest) => Promise<Reply | null> {
  const { endpoints, authenticate, limiter, execute, log, onError } = dependencies

  const attempt = async (incoming: IncomingRequest, id: string): Promise<Outcome> => {
    authenticate(incoming.header('authorization'))
    checkApiVersion(incoming.header('stripe-version'))
    const match = matchEndpoint(endpoints, incoming.method, incoming.path)
    if (match === null) throw unknownUrl(incoming)
    limiter.take(`${match.endpoint.method} ${match.endpoint.path}`)
    const idempotencyKey = extractIdempotencyKey(incoming.header('idempotency-key'))
    const params = await readRequestParams(incoming)
    if (params === null) return { kind: 'cut' }
    const { path, whenClosed } = incoming
    return execute({ ...match, id, idempotencyKey, params, path, whenClosed })
  }

  return async (incoming) => {
    const id = newId('req')
    const idempotencyKey = incoming.header('idempotency-key') ?? null
    let outcome: Outcome
    try {
      outcome = await attempt(incoming, id)
    } catch (error) {
      outcome = { kind: 'reply', reply: toReply(error, onError), keyOwner: null, replayed: false }
    }
    const { method, path } = incoming
    const endpoint = matchEndpoint(endpoints, method, path)?.endpoint.path ?? path
    const status = outcome.kind === 'reply' ? outcome.reply.status : null
    const replayed = outcome.kind === 'reply' && outcome.replayed
    log.add({ id, method, path, idempotencyKey, status, replayed }, `${method} ${endpoint}`)
    if (outcome.kind === 'cut') return null
    return {
      ...outcome.reply,
      headers: { ...commonHeaders(incoming, id), ...keyHeaders(outcome), ...outcome.reply.headers },
    }
  }
}

/** Reads the query of GET and DELETE, and the form of POST. */
async function readRequestParams(incoming: IncomingRequest): Promise<ParamTree | null> {
  if (incoming.method !== 'POST') return parseForm(incoming.query)
  const body = await incoming.readBody()
  if (body === null) return null
  const type = incoming.header('content-type') ?? 'application/x-www-form-urlencoded'
  if (body === '' || /^application\/x-www-form-urlencoded\b/i.test(type)) return parseForm(body)
  throw new StripeErrorReply(
    'Invalid request (check that your POST content type is application/x-www-form-urlencoded).',
    {
      status: 400,
    },
  )
}

function commonHeaders(incoming: IncomingRequest, id: string): Record<string, string> {
  const key = incoming.header('idempotency-key')
  return {
    'Cache-Control': 'no-cache, no-store',
    'Content-Type': 'application/json',
    'Request-Id': id,
    'Stripe-Version': incoming.header('stripe-version') ?? apiVersion,
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  }
}

/** A stored response would only be replayed, so Stripe tells clients not to retry. */
function keyHeaders(outcome: Extract<Outcome, { kind: 'reply' }>): Record<string, string> {
  if (outcome.keyOwner === null) return {}
  return {
    'Original-Request': outcome.keyOwner,
    'Stripe-Should-Retry': 'false',
    ...(outcome.replayed ? { 'Idempotent-Replayed': 'true' } : {}),
  }
}

function toReply(error: unknown, onError: (error: unknown) => void): Reply {
  if (error instanceof StripeErrorReply) return errorReply(error.status, error.body, error.headers)
  onError(error)
  return errorReply(500, { type: 'api_error', message: 'The Stripe stand-in failed. See its log.' })
}

function unknownUrl({ method, path }: IncomingRequest): StripeErrorReply {
  return new StripeErrorReply(`Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs.`, {
    status: 404,
  })
}
