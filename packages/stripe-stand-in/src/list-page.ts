import type { Stripe } from 'stripe'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { ListConditions } from './list-conditions.ts'
import { missingResource } from './stripe-failure.ts'

const storedSequenceSchema = z.object({ sequence: z.number() })

/** Where a page begins and how long it is. */
export interface PageParams {
  readonly limit: number
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

/** A table that can be listed, with the name of what it holds. */
export interface ListedTable<T> {
  readonly table: 'customers' | 'events' | 'subscriptions'
  readonly kind: string
  /** The columns that `row` reads. */
  readonly columns: string
  readonly row: z.ZodType<T>
}

/**
 * Reads one page, newest first.
 *
 * A cursor may name what the conditions leave out, such as a customer deleted since, so that a client can delete while
 * it pages.
 *
 * @throws StripeFailure 400 when a cursor names nothing
 */
export function readPage<T>(
  database: Database,
  { table, kind, columns, row }: ListedTable<T>,
  conditions: ListConditions,
  { limit, starting_after: after, ending_before: before }: PageParams,
): { data: T[]; hasMore: boolean } {
  const cursor = (id: string, param: string): number => {
    const found = database.first(storedSequenceSchema, `select sequence from ${table} where id = ?`, id)
    if (found === undefined) throw missingResource(kind, id, param)
    return found.sequence
  }
  conditions.add('sequence < ?', after === undefined ? undefined : cursor(after, 'starting_after'))
  conditions.add('sequence > ?', before === undefined ? undefined : cursor(before, 'ending_before'))
  // The page before a cursor is the nearest one, so it is read from the cursor towards the newest.
  const backwards = before !== undefined
  const order = backwards ? 'asc' : 'desc'
  const sql = `select ${columns} from ${table} where ${conditions.sql()} order by sequence ${order} limit ?`
  const found = database.all(row, sql, ...conditions.values(), limit + 1)
  const data = found.slice(0, limit)
  return { data: backwards ? data.toReversed() : data, hasMore: found.length > limit }
}

/** Builds a list as Stripe shows it. */
export function listBody<T>(data: T[], hasMore: boolean, url: string): Stripe.ApiList<T> {
  return { object: 'list', data, has_more: hasMore, url }
}
