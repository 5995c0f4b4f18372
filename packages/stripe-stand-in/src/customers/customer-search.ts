import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { invalidParam } from '../stripe-failure.ts'
import type { CustomerSearchParams } from './customer-params.ts'
import { customerRecordSchema, type CustomerRecord } from './customer-record.ts'
import { searchCondition } from './search-condition.ts'
import { parseSearchQuery } from './search-query.ts'

const foundCustomerSchema = z
  .object({ sequence: z.number(), record: z.string() })
  .transform((row) => ({ sequence: row.sequence, record: customerRecordSchema.parse(JSON.parse(row.record)) }))

/** What a search found. */
export interface SearchPage {
  readonly records: CustomerRecord[]
  readonly nextPage: string | null
  readonly totalCount: number
}

// A customer is found by the newest version that the index has caught up with, and shown as it is now.
const matchesByOperator = `
from customer_search_documents d join customers c on c.id = d.customer_id
where c.deleted = 0 and d.version = (
  select max(version) from customer_search_documents where customer_id = d.customer_id and visible_at_ms <= ?
)`

/**
 * Creates the search index of customers.
 *
 * @param delayMs how long the index takes to catch up with a change, as Stripe's does not show writes at once
 */
export function createCustomerSearch(database: Database, clock: Clock, delayMs: number) {
  return {
    /** Puts a customer's present version into the index, in the caller's transaction. */
    index(record: CustomerRecord): void {
      const nowMs = clock.nowMs()
      database.run(
        `delete from customer_search_documents where customer_id = ?1 and version < (
           select max(version) from customer_search_documents where customer_id = ?1 and visible_at_ms <= ?2)`,
        record.id,
        nowMs,
      )
      database.run(
        `insert into customer_search_documents (customer_id, visible_at_ms, email, name, phone, created, metadata)
         values (?, ?, ?, ?, ?, ?, ?)`,
        record.id,
        nowMs + delayMs,
        record.email,
        record.name,
        record.phone,
        record.created,
        JSON.stringify(record.metadata),
      )
    },

    /** Takes a deleted customer out of the index. */
    remove(id: string): void {
      database.run('delete from customer_search_documents where customer_id = ?', id)
    },

    /**
     * Finds live customers, newest first.
     *
     * @throws StripeFailure 400 for a query or a page that cannot be read
     */
    search({ query, limit, page }: CustomerSearchParams): SearchPage {
      const condition = searchCondition(parseSearchQuery(query))
      const matches = `${matchesByOperator} and ${condition.sql}`
      const values = [clock.nowMs(), ...condition.values]
      const before = page === undefined ? Number.MAX_SAFE_INTEGER : readPageToken(page)
      const found = database.all(
        foundCustomerSchema,
        `select c.sequence, c.record ${matches} and c.sequence < ? order by c.sequence desc limit ?`,
        ...values,
        before,
        limit + 1,
      )
      const shown = found.slice(0, limit)
      const last = shown.at(-1)
      return {
        records: shown.map(({ record }) => record),
        nextPage: found.length > limit && last !== undefined ? pageToken(last.sequence) : null,
        totalCount: database.count(`select count(*) as count ${matches}`, ...values),
      }
    },
  }
}

/** The search index of customers. */
export type CustomerSearch = ReturnType<typeof createCustomerSearch>

function pageToken(sequence: number): string {
  return Buffer.from(`before:${sequence}`).toString('base64url')
}

function readPageToken(token: string): number {
  const match = /^before:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString())
  if (match === null) throw invalidParam('page', `Invalid page: ${token}`)
  return Number(match[1])
}
