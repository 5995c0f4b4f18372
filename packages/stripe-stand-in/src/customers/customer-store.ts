import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { readPage } from '../storage/list-page.ts'
import type { CustomerListParams } from './customer-params.ts'
import { customerRecordSchema, type CustomerRecord } from './customer-record.ts'
import type { MetadataClause } from './parse-search-query.ts'

const rowSchema = z.object({ sequence: z.number(), deleted: z.number(), record: z.string() }).transform((row) => ({
  sequence: row.sequence,
  isDeleted: row.deleted !== 0,
  record: customerRecordSchema.parse(JSON.parse(row.record)),
}))

const columns = 'sequence, deleted, record'

/** The customers that the stand-in holds. */
export type CustomerStore = ReturnType<typeof createCustomerStore>

/** Creates the store of customers. The caller holds the transaction. */
export function createCustomerStore(database: Database) {
  const saveMetadata = ({ id, metadata }: CustomerRecord): void => {
    for (const [name, value] of Object.entries(metadata)) {
      const sql = 'insert into customer_metadata (customer_id, name, lower_case_value) values (?, ?, ?)'
      database.run(sql, id, name, value.toLowerCase())
    }
  }

  return {
    insert(record: CustomerRecord): void {
      const sql = 'insert into customers (id, email, created, record) values (?, ?, ?, ?)'
      database.run(sql, record.id, record.email, record.created, JSON.stringify(record))
      saveMetadata(record)
    },

    update(record: CustomerRecord): void {
      const sql = 'update customers set email = ?, record = ? where id = ?'
      database.run(sql, record.email, JSON.stringify(record), record.id)
      database.run('delete from customer_metadata where customer_id = ?', record.id)
      saveMetadata(record)
    },

    /** Keeps the record, because Stripe still shows that the customer was deleted. */
    markDeleted(id: string): void {
      database.run('update customers set deleted = 1 where id = ?', id)
    },

    /** Finds a customer, deleted or not. */
    find: (id: string) => database.first(rowSchema, `select ${columns} from customers where id = ?`, id),

    /** Finds a customer that is not deleted. */
    findLive: (id: string): CustomerRecord | undefined =>
      database.first(rowSchema, `select ${columns} from customers where id = ? and deleted = 0`, id)?.record,

    /** Lists a page of live customers, newest first. The e-mail is compared exactly, including case, as Stripe does. */
    list({ created, email, ...page }: CustomerListParams): { data: CustomerRecord[]; hasMore: boolean } {
      const { data, hasMore } = readPage(
        database,
        { table: 'customers', kind: 'customer', columns, row: rowSchema },
        [
          ['deleted = ?', 0],
          ['email = ?', email],
          ['created > ?', created.gt],
          ['created >= ?', created.gte],
          ['created < ?', created.lt],
          ['created <= ?', created.lte],
        ],
        page,
      )
      return { data: data.map(({ record }) => record), hasMore }
    },

    /** Finds live customers by a metadata value, ignoring its case as Stripe does, newest first. */
    findByMetadata({ name, value }: MetadataClause, { before, limit }: { before: number; limit: number }) {
      return database.all(
        rowSchema,
        `select ${columns} from customers
         where id in (select customer_id from customer_metadata where name = ? and lower_case_value = ?)
         and deleted = 0 and sequence < ? order by sequence desc limit ?`,
        name,
        value.toLowerCase(),
        before,
        limit,
      )
    },

    /** Lists the live customers, newest first. */
    allLive: (limit = Number.MAX_SAFE_INTEGER): CustomerRecord[] =>
      database
        .all(rowSchema, `select ${columns} from customers where deleted = 0 order by sequence desc limit ?`, limit)
        .map(({ record }) => record),

    /** Counts the customers that are, or are not, deleted. */
    count: (isDeleted: boolean) =>
      database.count('select count(*) as count from customers where deleted = ?', Number(isDeleted)),
  }
}
