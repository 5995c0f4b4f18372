import { invalidParam } from '../stripe-failure.ts'

/** One condition of a search. */
export interface SearchClause {
  field: { kind: 'text'; name: 'email' | 'name' | 'phone' } | { kind: 'metadata'; key: string } | { kind: 'created' }
  operator: ':' | '~' | '<' | '<=' | '>' | '>='
  /** Null asks whether the field is absent. */
  value: string | null
  negated: boolean
}

/** A search as parsed: Stripe lets a query have `AND` or `OR`, not both, and no parentheses. */
export interface SearchQuery {
  combinator: 'and' | 'or'
  clauses: readonly SearchClause[]
}

const MAX_CLAUSES = 10
const MIN_SUBSTRING = 3

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const CLAUSE = new RegExp(
  String.raw`\s*(?<negation>-?)(?<field>[a-z_]+)(?:\[(?<key>${QUOTED})\])?\s*(?<operator>:|~|<=|>=|<|>|=)\s*(?<value>${QUOTED}|[^\s"']+)(?=\s|$)`,
  'iy',
)
const COMBINATOR = /\s+(and|or)(?=\s)/iy

/**
 * Parses a query in Stripe's search language, as far as customers have fields: `email`, `name`, `phone`,
 * `metadata['key']` and `created`; `:` exact, `~` part of a text, `<` `<=` `>` `>=` for `created`, `-` negates.
 *
 * @throws StripeFailure 400 for anything else
 */
export function parseSearchQuery(query: string): SearchQuery {
  const clauses: SearchClause[] = []
  const combinators = new Set<'and' | 'or'>()
  let position = 0
  while (query.slice(position).trim() !== '') {
    if (clauses.length > 0) {
      COMBINATOR.lastIndex = position
      const word = COMBINATOR.exec(query)?.[1]
      combinators.add(word?.toLowerCase() === 'or' ? 'or' : 'and')
      if (word !== undefined) position = COMBINATOR.lastIndex
    }
    CLAUSE.lastIndex = position
    const groups = CLAUSE.exec(query)?.groups
    if (groups === undefined) throw refused(`We were unable to parse your search query near: ${query.slice(position)}`)
    clauses.push(toClause(groups))
    position = CLAUSE.lastIndex
  }
  if (clauses.length === 0) throw refused('The search query is empty.')
  if (clauses.length > MAX_CLAUSES) throw refused(`A search query can have up to ${MAX_CLAUSES} clauses.`)
  if (combinators.size > 1) throw refused('AND and OR cannot be combined in one search query.')
  return { combinator: combinators.has('or') ? 'or' : 'and', clauses }
}

function toClause(groups: Record<string, string | undefined>): SearchClause {
  const { field: name = '', key, operator: sign = '', value: raw = '', negation } = groups
  const field = toField(name.toLowerCase(), key)
  const operator = toOperator(sign)
  const quoted = raw.startsWith('"') || raw.startsWith("'")
  const value = !quoted && raw.toLowerCase() === 'null' ? null : quoted ? unquote(raw) : raw
  if (field.kind === 'created') {
    if (operator === '~' || value === null || !/^\d{1,15}$/.test(value)) throw refused('`created` takes a number.')
  } else if (operator !== ':' && operator !== '~') {
    throw refused(`The operator ${sign} is for numbers; \`${name}\` is a text.`)
  } else if (!quoted && value !== null) {
    throw refused(`The value of \`${name}\` must be in quotes.`)
  }
  if (operator === '~' && field.kind === 'metadata') throw refused('`metadata` can be searched for exact values only.')
  if (operator === '~' && (value === null || Array.from(value).length < MIN_SUBSTRING)) {
    throw refused(`The operator ~ needs a value of at least ${MIN_SUBSTRING} characters.`)
  }
  return { field, operator, value, negated: negation === '-' }
}

function toField(name: string, key: string | undefined): SearchClause['field'] {
  if (name === 'metadata' && key !== undefined) return { kind: 'metadata', key: unquote(key) }
  if (key === undefined) {
    if (name === 'created') return { kind: 'created' }
    if (name === 'email' || name === 'name' || name === 'phone') return { kind: 'text', name }
  }
  throw refused(`Field \`${name}\` is an unsupported search field for resource \`customers\`.`)
}

function toOperator(sign: string): SearchClause['operator'] {
  switch (sign) {
    case '~':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sign
    default:
      return ':'
  }
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}

function refused(message: string) {
  return invalidParam('query', message)
}
