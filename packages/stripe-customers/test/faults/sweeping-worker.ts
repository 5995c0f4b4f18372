// Sweeps in a process of its own and stops between Stripe's response and its write, until it is killed.
import { Pool } from 'pg'
import { createStripeCustomers } from '../../src/index.ts'
import { createStripe } from '../test-stack.ts'
import { createFastTiming } from './fast-timing.ts'

/** What the parent tells the worker. */
export interface WorkerSettings {
  readonly databaseUrl: string
  readonly stripePort: number
  readonly concurrency: number
  readonly leaseMs: number
}

process.once('message', (settings: WorkerSettings) => void work(settings))

async function work({ databaseUrl, stripePort, concurrency, leaseMs }: WorkerSettings): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: 8 })
  const postgres = {
    async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
      if (text.includes('complete_stripe_customer_work')) {
        process.send?.({ answered: values[0] })
        return new Promise(() => {})
      }
      return pool.query(text, values)
    },
  }
  const { clock, sleep } = createFastTiming()
  const stripe = createStripe({ port: stripePort })
  await createStripeCustomers({ postgres, stripe, clock, sleep, leaseMs, concurrency }).sweep()
}
