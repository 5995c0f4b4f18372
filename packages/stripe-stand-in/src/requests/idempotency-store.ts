import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AdjustableClock } from '../adjustable-clock.ts'
import type { ParamTree } from '../params/parse-form.ts'
import type { Database } from '../storage/database.ts'
import { StripeErrorReply } from '../stripe-error-reply.ts'
import type { Reply } from './reply.ts'

/** Stripe can forget a key after this time. The stand-in always does, so that expiry can be tested. */
const retentionMs = 24 * 3600 * 1000

const maxKeyLength = 255

const storedRowSchema = z.object({
  endpoint: z.string(),
  fingerprint: z.string(),
  requestId: z.string(),
  status: z.number(),
  body: z.string(),
})

/** The first use of an idempotency key. */
export interface KeyedRequest {
  readonly key: string
  /** Method and path, including the id. */
  readonly endpoint: string
  readonly params: ParamTree
}

/** The stored responses of idempotency keys. */
export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>

/** Creates the store of idempotency keys. */
export function createIdempotencyStore(database: Database, clock: AdjustableClock) {
  const prune = () => {
    database.run('delete from idempotency_keys where created_at_ms <= ?', clock.now().getTime() - retentionMs)
  }
  return {
    /**
     * Finds the response to the first request with this key; undefined for a new key.
     *
     * @throws StripeErrorReply 400 `idempotency_error` when the key was used for a different request
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

    /** Stores a response, in the transaction of its effect. */
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
        clock.now().getTime(),
      )
    },

    /** Deletes the keys that are older than 24 hours by the stand-in's clock. */
    prune,

    count: () => database.count('select count(*) as count from idempotency_keys'),
  }
}

/**
 * Extracts the idempotency key of a request.
 *
 * @throws StripeErrorReply 400 for a key of more than 255 characters
 */
export function extractIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined || header === '') return null
  if (header.length <= maxKeyLength) return header
  throw new StripeErrorReply(`Idempotency keys can have up to ${maxKeyLength} characters.`, {
    status: 400,
    type: 'idempotency_error',
  })
}

function misused(key: string, rule: string): StripeErrorReply {
  const advice = `Try using a key other than '${key}' if you meant to execute a different request.`
  return new StripeErrorReply(`Keys for idempotent requests ${rule}. ${advice}`, {
    status: 400,
    type: 'idempotency_error',
  })
}

/** Does not depend on the order of the parameters. */
function fingerprint(params: ParamTree): string {
  return createHash('sha256').update(canonical(params)).digest('base64')
}

function canonical(value: ParamTree | string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
