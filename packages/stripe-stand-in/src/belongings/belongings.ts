import { toUnixSeconds, type AdjustableClock } from '../adjustable-clock.ts'
import { newId } from '../new-id.ts'

/** What a customer can have besides subscriptions. */
export type BelongingKind = 'payment_method' | 'invoice'

/** The fields of a payment method or an invoice that the stand-in knows. */
export interface Belonging {
  readonly id: string
  readonly object: BelongingKind
  readonly created: number
  readonly customer: string
  readonly livemode: false
}

/** The payment methods and invoices of customers. Only in memory: they show that a customer is in use, and nothing else. */
export interface Belongings {
  add(customer: string, kind: BelongingKind): void
  /** Lists those of a customer, the newest first. */
  list(customer: string, kind: BelongingKind): Belonging[]
}

const prefixes = { payment_method: 'pm', invoice: 'in' } as const

/** Creates an empty store. */
export function createBelongings(clock: AdjustableClock): Belongings {
  const all: Belonging[] = []
  return {
    add(customer, kind) {
      const created = toUnixSeconds(clock.now())
      all.unshift({ id: newId(prefixes[kind]), object: kind, created, customer, livemode: false })
    },
    list: (customer, kind) => all.filter((belonging) => belonging.customer === customer && belonging.object === kind),
  }
}
