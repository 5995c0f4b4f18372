import type { SearchClause, SearchQuery } from './search-query.ts'

/** A condition in SQL with the values that it binds. */
export interface SqlCondition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** Translates a search into a condition on `customer_search_documents`; every value is bound, none is pasted. */
export function searchCondition({ combinator, clauses }: SearchQuery): SqlCondition {
  const parts = clauses.map(clauseCondition)
  return {
    sql: `(${parts.map((part) => part.sql).join(` ${combinator} `)})`,
    values: parts.flatMap((part) => part.values),
  }
}

function clauseCondition(clause: SearchClause): SqlCondition {
  const { sql, values } = positiveCondition(clause)
  return { sql: clause.negated ? `not ${sql}` : sql, values }
}

// Stripe compares texts without regard to case.
function positiveCondition({ field, operator, value }: SearchClause): SqlCondition {
  if (field.kind === 'created') {
    return { sql: `(d.created ${operator === ':' ? '=' : operator} ?)`, values: [Number(value)] }
  }
  if (field.kind === 'metadata') {
    const entries = 'select 1 from json_each(d.metadata) where key = ?'
    if (value === null) return { sql: `(not exists (${entries}))`, values: [field.key] }
    return { sql: `(exists (${entries} and fold_case(value) = fold_case(?)))`, values: [field.key, value] }
  }
  const column = `d.${field.name}`
  if (value === null) return { sql: `(${column} is null)`, values: [] }
  if (operator === '~') return { sql: `(instr(fold_case(coalesce(${column}, '')), fold_case(?)) > 0)`, values: [value] }
  return { sql: `(fold_case(coalesce(${column}, '')) = fold_case(?))`, values: [value] }
}
