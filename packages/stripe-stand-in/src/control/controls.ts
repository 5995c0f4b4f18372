import type { BelongingKind } from '../belongings/belongings.ts'
import type { AdjustableClock } from '../adjustable-clock.ts'
import type { CustomerStore } from '../customers/customer-store.ts'
import { StandInError } from '../errors.ts'
import type { FaultQueue, FaultRequest } from '../requests/fault-queue.ts'
import type { IdempotencyStore } from '../requests/idempotency-store.ts'
import type { StandInState } from './stand-in-state.ts'

/** What a test, or another process through `/_sandbox`, can change and read. */
export interface Controls {
  /**
   * Queues faults for the next requests.
   *
   * @throws ZodError when a fault is invalid
   */
  addFaults(...faults: readonly FaultRequest[]): void
  /** Removes every fault that has not hit a request yet. */
  clearFaults(): void
  /** Puts the stand-in's clock forward, and deletes the idempotency keys that are then 24 hours old. */
  advanceClock(seconds: number): void
  /**
   * Adds an active subscription to a customer, as if the customer had paid for something.
   *
   * @throws `ERR_STAND_IN_CUSTOMER_MISSING` when the customer does not exist or is deleted
   */
  addSubscription(customer: string): void
  /**
   * Gives a customer a payment method or an invoice.
   *
   * @throws `ERR_STAND_IN_CUSTOMER_MISSING` when the customer does not exist or is deleted
   */
  addBelonging(customer: string, kind: BelongingKind): void
  state(): StandInState
}

export interface ControlDependencies {
  readonly clock: AdjustableClock
  readonly customers: Pick<CustomerStore, 'findLive'>
  readonly faults: FaultQueue
  readonly idempotency: Pick<IdempotencyStore, 'prune'>
  /** Adds a subscription to a customer that exists, and its event. */
  readonly subscribe: (customer: string) => void
  readonly addBelonging: (customer: string, kind: BelongingKind) => void
  readonly state: () => StandInState
}

/** Creates the controls of a stand-in. */
export function createControls(dependencies: ControlDependencies): Controls {
  const { clock, customers, faults, idempotency, subscribe, addBelonging, state } = dependencies
  const requireCustomer = (customer: string): void => {
    if (customers.findLive(customer) !== undefined) return
    const message = `No such customer: ${customer}. Create it first, for example with stripe.customers.create().`
    throw new StandInError('ERR_STAND_IN_CUSTOMER_MISSING', message)
  }
  return {
    addFaults: (...added) => faults.add(...added),
    clearFaults: () => faults.clear(),
    advanceClock(seconds) {
      clock.advance(seconds)
      idempotency.prune()
    },
    addSubscription(customer) {
      requireCustomer(customer)
      subscribe(customer)
    },
    addBelonging(customer, kind) {
      requireCustomer(customer)
      addBelonging(customer, kind)
    },
    state,
  }
}
