import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { readPage, type PageParams } from '../storage/list-page.ts'
import { subscriptionRecordSchema, type SubscriptionRecord } from './subscription-record.ts'

const rowSchema = z
  .object({ record: z.string() })
  .transform((row) => subscriptionRecordSchema.parse(JSON.parse(row.record)))

/** The active subscriptions that the stand-in holds. */
export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>

/** Creates the store of subscriptions. The caller holds the transaction. */
export function createSubscriptionStore(database: Database) {
  return {
    insert(record: SubscriptionRecord): void {
      const sql = 'insert into subscriptions (id, customer_id, record) values (?, ?, ?)'
      database.run(sql, record.id, record.customer, JSON.stringify(record))
    },

    remove(id: string): void {
      database.run('delete from subscriptions where id = ?', id)
    },

    /** Lists a page of subscriptions, newest first. */
    list({ customer, ...page }: PageParams & { customer?: string | undefined }) {
      const table = { table: 'subscriptions', kind: 'subscription', columns: 'record', row: rowSchema } as const
      return readPage(database, table, [['customer_id = ?', customer]], page)
    },

    /** Lists the subscriptions of a customer, oldest first. */
    ofCustomer: (customerId: string): SubscriptionRecord[] =>
      database.all(rowSchema, 'select record from subscriptions where customer_id = ? order by sequence', customerId),

    count: () => database.count('select count(*) as count from subscriptions'),
  }
}
