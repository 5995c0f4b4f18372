import { z } from 'zod'
import type { Database } from '../database.ts'
import { listConditions } from '../list-conditions.ts'
import { readPage } from '../list-page.ts'
import type { CustomerListParams } from './customer-params.ts'
import { customerRecordSchema, type CustomerRecord } from './customer-record.ts'

const rowSchema = z.object({ deleted: z.number(), record: z.string() }).transform((stored) => ({
  deleted: stored.deleted !== 0,
  record: customerRecordSchema.parse(JSON.parse(stored.record)),
}))

/** The customers that the stand-in holds. */
export type CustomerStore = ReturnType<typeof createCustomerStore>

/** Creates the store of customers; the caller holds the transaction. */
export function createCustomerStore(database: Database) {
  return {
    insert(record: CustomerRecord): void {
      const sql = 'insert into customers (id, email, created, record) values (?, ?, ?, ?)'
      database.run(sql, record.id, record.email, record.created, JSON.stringify(record))
    },

    update(record: CustomerRecord): void {
      const sql = 'update customers set email = ?, record = ? where id = ?'
      database.run(sql, record.email, JSON.stringify(record), record.id)
    },

    /** Leaves a tombstone, so that the customer can still be retrieved as deleted. */
    markDeleted(id: string): void {
      database.run('update customers set deleted = 1 where id = ?', id)
    },

    /** Finds a customer, deleted or not. */
    find: (id: string) => database.first(rowSchema, 'select deleted, record from customers where id = ?', id),

    /** Lists one page of live customers, newest first. The e-mail is compared exactly, case included, as Stripe does. */
    list(params: Omit<CustomerListParams, 'expand'>): { data: CustomerRecord[]; hasMore: boolean } {
      const conditions = listConditions(params.created)
      conditions.add('deleted = ?', 0)
      conditions.add('email = ?', params.email)
      const table = { table: 'customers', kind: 'customer', columns: 'deleted, record', row: rowSchema } as const
      const page = readPage(database, table, conditions, params)
      return { data: page.data.map(({ record }) => record), hasMore: page.hasMore }
    },

    /** Gives every live customer, newest first. */
    allLive: (limit = Number.MAX_SAFE_INTEGER): CustomerRecord[] =>
      database
        .all(rowSchema, 'select deleted, record from customers where deleted = 0 order by sequence desc limit ?', limit)
        .map(({ record }) => record),

    /** Counts customers, live or deleted. */
    count: (deleted: boolean) =>
      database.count('select count(*) as count from customers where deleted = ?', Number(deleted)),
  }
}
