import type { SQLInputValue } from 'node:sqlite'
import type { Stripe } from 'stripe'
import { z } from 'zod'
import { missingResource } from '../stripe-error-reply.ts'
import type { Database } from './database.ts'

const sequenceRowSchema = z.object({ sequence: z.number() })

/** The position and size of a page. */
export interface PageParams {
  readonly limit: number
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

/** A table that can be listed. */
export interface ListedTable<T> {
  readonly table: 'customers' | 'events' | 'subscriptions'
  /** The name of its objects in error messages. */
  readonly kind: string
  /** The columns that `row` reads. */
  readonly columns: string
  readonly row: z.ZodType<T>
}

/** A condition with one `?` and its value. It is left out if the value is undefined. */
export type Condition = readonly [sql: string, value: SQLInputValue | undefined]

/**
 * Reads one page, newest first.
 *
 * A cursor can name an object that the conditions leave out, such as a customer that was deleted since, so that a client
 * can delete while it pages.
 *
 * @throws StripeErrorReply 400 when the object of a cursor does not exist
 */
export function readPage<T>(
  database: Database,
  { table, kind, columns, row }: ListedTable<T>,
  conditions: readonly Condition[],
  { limit, starting_after: after, ending_before: before }: PageParams,
): { data: T[]; hasMore: boolean } {
  const sequenceOf = (id: string | undefined, param: string): number | undefined => {
    if (id === undefined) return undefined
    const found = database.first(sequenceRowSchema, `select sequence from ${table} where id = ?`, id)
    if (found === undefined) throw missingResource(kind, id, param)
    return found.sequence
  }
  const all: readonly Condition[] = [
    ...conditions,
    ['sequence < ?', sequenceOf(after, 'starting_after')],
    ['sequence > ?', sequenceOf(before, 'ending_before')],
  ]
  const sqlParts = ['true']
  const values: SQLInputValue[] = []
  for (const [sql, value] of all) {
    if (value === undefined) continue
    sqlParts.push(sql)
    values.push(value)
  }
  // The page before a cursor is the nearest one, so it is read from the cursor towards the newest.
  const isBackwards = before !== undefined
  const order = isBackwards ? 'asc' : 'desc'
  const sql = `select ${columns} from ${table} where ${sqlParts.join(' and ')} order by sequence ${order} limit ?`
  const found = database.all(row, sql, ...values, limit + 1)
  const data = found.slice(0, limit)
  return { data: isBackwards ? data.toReversed() : data, hasMore: found.length > limit }
}

/** Builds the body of a list. */
export function listBody<T>(data: T[], hasMore: boolean, url: string): Stripe.ApiList<T> {
  return { object: 'list', data, has_more: hasMore, url }
}
