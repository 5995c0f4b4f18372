import type { SQLInputValue } from 'node:sqlite'

/** The bounds of an instant, in seconds. */
export interface InstantRange {
  readonly gt?: number | undefined
  readonly gte?: number | undefined
  readonly lt?: number | undefined
  readonly lte?: number | undefined
}

/** The conditions of a list in SQL, with the values that they bind. */
export interface ListConditions {
  /** Adds a condition with one value; undefined adds nothing. */
  add(condition: string, value: SQLInputValue | undefined): void
  /** Gives the text after `where`. */
  sql(): string
  values(): readonly SQLInputValue[]
}

/** Collects a list's filters, beginning with the instant of creation that every list of Stripe's can be filtered by. */
export function listConditions(created: InstantRange): ListConditions {
  const conditions = ['true']
  const values: SQLInputValue[] = []
  const add: ListConditions['add'] = (condition, value) => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  add('created > ?', created.gt)
  add('created >= ?', created.gte)
  add('created < ?', created.lt)
  add('created <= ?', created.lte)
  return { add, sql: () => conditions.join(' and '), values: () => values }
}
