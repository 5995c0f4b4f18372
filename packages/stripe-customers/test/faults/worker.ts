import { Pool } from 'pg'
import { createStripeCustomers } from '../../src/index.ts'
import { createStripe } from '../test-stack.ts'
import { fastTiming } from './fast-timing.ts'

/** What a parent tells its worker. */
export interface WorkerOrders {
  readonly databaseUrl: string
  readonly stripePort: number
  readonly concurrency: number
}

// A process that sweeps, and stops for good between Stripe's answer and the write of it, there to be killed.
process.once('message', (orders: WorkerOrders) => void work(orders))

async function work({ databaseUrl, stripePort, concurrency }: WorkerOrders): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 })
  const postgres = {
    async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
      if (text.includes('complete_stripe_customer_work')) {
        process.send?.({ answered: values[0] })
        return new Promise(() => {})
      }
      return pool.query(text, values)
    },
  }
  const stripe = createStripe({ port: stripePort })
  await createStripeCustomers({ postgres, stripe, ...fastTiming, concurrency }).sweep()
}
