import { z } from 'zod'
import type { Database } from '../database.ts'
import { listConditions } from '../list-conditions.ts'
import { readPage } from '../list-page.ts'
import type { SubscriptionListParams } from './subscription-params.ts'
import { subscriptionRecordSchema, type SubscriptionRecord } from './subscription-record.ts'

const rowSchema = z
  .object({ record: z.string() })
  .transform((stored) => subscriptionRecordSchema.parse(JSON.parse(stored.record)))

/** The subscriptions that the stand-in holds. */
export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>

/** Creates the store of subscriptions; the caller holds the transaction. */
export function createSubscriptionStore(database: Database) {
  return {
    insert(record: SubscriptionRecord): void {
      const sql = 'insert into subscriptions (id, customer_id, status, created, record) values (?, ?, ?, ?, ?)'
      database.run(sql, record.id, record.customer, record.status, record.created, JSON.stringify(record))
    },

    update(record: SubscriptionRecord): void {
      const sql = 'update subscriptions set status = ?, record = ? where id = ?'
      database.run(sql, record.status, JSON.stringify(record), record.id)
    },

    /** Finds a subscription, canceled or not. */
    find: (id: string) => database.first(rowSchema, 'select record from subscriptions where id = ?', id),

    /** Lists one page, newest first; without a status it leaves out what is canceled, as Stripe does. */
    list(params: SubscriptionListParams): { data: SubscriptionRecord[]; hasMore: boolean } {
      const conditions = listConditions(params.created)
      conditions.add('customer_id = ?', params.customer)
      if (params.status !== 'all') {
        conditions.add('status = ?', params.status === 'canceled' || params.status === 'ended' ? 'canceled' : 'active')
      }
      const table = { table: 'subscriptions', kind: 'subscription', columns: 'record', row: rowSchema } as const
      return readPage(database, table, conditions, params)
    },

    /** Gives a customer's subscriptions that are not canceled, oldest first. */
    active(customerId: string): SubscriptionRecord[] {
      const sql = "select record from subscriptions where customer_id = ? and status = 'active' order by sequence"
      return database.all(rowSchema, sql, customerId)
    },

    /** Counts the subscriptions that are not canceled. */
    countActive: () => database.count("select count(*) as count from subscriptions where status = 'active'"),
  }
}
