import { z } from 'zod'
import type { Method } from './endpoint.ts'

const matching = {
  /** Only requests with this method. */
  method: z.enum(['DELETE', 'GET', 'POST']).optional(),
  /** Only requests to this path: `/v1/customers/:id` for any customer, `/v1/customers/cus_…` for one. */
  path: z.string().startsWith('/').optional(),
  /** How many requests it hits. */
  count: z.union([z.int().min(1), z.literal('always')]).default(1),
}

const whenSchema = z.enum(['before_effect', 'after_effect'])

/** The faults that can be added. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Waits before the effect, with the idempotency key in flight. The effect happens even if the client disconnects. */
  z.strictObject({ kind: z.literal('delay'), delayMs: z.int().min(1).max(600_000), ...matching }),
  /** Answers 429 and stores nothing. */
  z.strictObject({ kind: z.literal('rate_limit'), retryAfterSeconds: z.int().min(0).optional(), ...matching }),
  /** Answers 409 as if another request with the same key were in flight. Hits only requests with a key. */
  z.strictObject({ kind: z.literal('in_flight'), ...matching }),
  /** Answers 500 and stores it for the key. Does not hit replays. */
  z.strictObject({ kind: z.literal('server_error'), when: whenSchema, ...matching }),
  /** Cuts the connection. `before_effect`: nothing happens and nothing is stored. */
  z.strictObject({ kind: z.literal('cut'), when: whenSchema, ...matching }),
  /** Never answers. `before_effect`: the key is in flight until the client disconnects, and nothing happens. */
  z.strictObject({ kind: z.literal('hang'), when: whenSchema, ...matching }),
])

/** A fault to add. `count` is 1 by default. */
export type FaultRequest = z.input<typeof faultSchema>

/** A fault in the queue. */
export type Fault = z.output<typeof faultSchema>

/** A request that faults can hit. */
export interface FaultTarget {
  readonly method: Method
  /** The endpoint's path, with `:id`. */
  readonly pattern: string
  readonly path: string
  readonly hasKey: boolean
  readonly isReplay: boolean
}

/** The faults that have not hit a request yet. */
export interface FaultQueue {
  add(...faults: readonly FaultRequest[]): void
  clear(): void
  /** Lists the faults with their remaining counts. */
  list(): readonly Fault[]
  /** Takes at most one delay and one other fault for a request: the oldest ones that match. */
  take(target: FaultTarget): { delayMs: number; fault: Exclude<Fault, { kind: 'delay' }> | null }
}

/** Creates an empty queue. */
export function createFaultQueue(): FaultQueue {
  let queue: Fault[] = []

  const decrement = (fault: Fault): void => {
    if (fault.count === 'always') return
    fault.count -= 1
    if (fault.count === 0) queue = queue.filter((other) => other !== fault)
  }

  return {
    add(...faults) {
      queue.push(...faults.map((fault) => faultSchema.parse(fault)))
    },
    clear() {
      queue = []
    },
    list: () => queue.map((fault) => ({ ...fault })),
    take(target) {
      const candidates = queue.filter((fault) => hits(fault, target))
      const delay = candidates.find((fault) => fault.kind === 'delay')
      const fault = candidates.find((candidate) => candidate.kind !== 'delay') ?? null
      if (delay !== undefined) decrement(delay)
      if (fault !== null) decrement(fault)
      return { delayMs: delay?.delayMs ?? 0, fault }
    },
  }
}

function hits(fault: Fault, target: FaultTarget): boolean {
  if (fault.method !== undefined && fault.method !== target.method) return false
  if (fault.path !== undefined && fault.path !== target.pattern && fault.path !== target.path) return false
  if (fault.kind === 'in_flight') return target.hasKey
  return fault.kind !== 'server_error' || !target.isReplay
}
