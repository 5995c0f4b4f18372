import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { ParamTree } from '../params/parse-form.ts'
import { StripeFailure } from '../stripe-failure.ts'
import type { Reply } from './reply.ts'

/** Stripe may forget a key once it is this old; the stand-in always does, so that it can be tested. */
const retentionMs = 24 * 3600 * 1000

const maxKeyLength = 255

const storedRowSchema = z.object({
  endpoint: z.string(),
  fingerprint: z.string(),
  requestId: z.string(),
  status: z.number(),
  body: z.string(),
})

/** What a key was first used for. */
export interface KeyedRequest {
  readonly key: string
  /** Method and path, with the object's id. */
  readonly endpoint: string
  readonly params: ParamTree
}

/** The results that idempotency keys stand for. */
export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>

/** Creates the store of idempotency keys. */
export function createIdempotencyStore(database: Database, clock: Clock) {
  const prune = () => {
    database.run('delete from idempotency_keys where created_at_ms <= ?', clock.nowMs() - retentionMs)
  }
  return {
    /**
     * Finds the result of the first request with this key; undefined for a new key.
     *
     * @throws StripeFailure 400 `idempotency_error` when the key was used for something else
     */
    find({ key, endpoint, params }: KeyedRequest): { reply: Reply; requestId: string } | undefined {
      prune()
      const stored = database.first(
        storedRowSchema,
        'select endpoint, fingerprint, request_id as requestId, status, body from idempotency_keys where key = ?',
        key,
      )
      if (stored === undefined) return undefined
      if (stored.endpoint !== endpoint) {
        throw misused(
          key,
          `can only be used for the same endpoint they were first used for ('${endpoint}' vs '${stored.endpoint}')`,
        )
      }
      if (stored.fingerprint !== fingerprint(params)) {
        throw misused(key, 'can only be used with the same parameters they were first used with')
      }
      return { reply: { status: stored.status, body: stored.body, headers: {} }, requestId: stored.requestId }
    },

    /** Keeps a result, in the transaction of its effect. */
    save({ key, endpoint, params }: KeyedRequest, requestId: string, reply: Reply): void {
      database.run(
        `insert into idempotency_keys (key, endpoint, fingerprint, request_id, status, body, created_at_ms)
         values (?, ?, ?, ?, ?, ?, ?)`,
        key,
        endpoint,
        fingerprint(params),
        requestId,
        reply.status,
        reply.body,
        clock.nowMs(),
      )
    },

    /** Forgets what is older than 24 hours by the stand-in's clock. */
    prune,

    /** Counts the keys that are remembered. */
    count: () => database.count('select count(*) as count from idempotency_keys'),
  }
}

/**
 * Reads the key of a request.
 *
 * @throws StripeFailure 400 for a key of more than 255 characters
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined || header === '') return null
  if (header.length <= maxKeyLength) return header
  throw new StripeFailure(`Idempotency keys can have up to ${maxKeyLength} characters.`, {
    status: 400,
    type: 'idempotency_error',
  })
}

function misused(key: string, rule: string): StripeFailure {
  const advice = `Try using a key other than '${key}' if you meant to execute a different request.`
  return new StripeFailure(`Keys for idempotent requests ${rule}. ${advice}`, {
    status: 400,
    type: 'idempotency_error',
  })
}

/** The order in which parameters are sent does not matter. */
function fingerprint(params: ParamTree): string {
  return createHash('sha256').update(canonical(params)).digest('base64')
}

function canonical(value: ParamTree | string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
