import { invalidParam } from '../stripe-failure.ts'

/** One condition of a search. */
export interface SearchClause {
  readonly field:
    | { kind: 'text'; name: 'email' | 'name' | 'phone' }
    | { kind: 'metadata'; key: string }
    | { kind: 'created' }
  readonly operator: ':' | '~' | '<' | '<=' | '>' | '>='
  /** Null asks whether the field is absent. */
  readonly value: string | null
  readonly negated: boolean
}

/** A search as parsed: Stripe lets a query have `AND` or `OR`, not both, and no parentheses. */
export interface SearchQuery {
  readonly combinator: 'and' | 'or'
  readonly clauses: readonly SearchClause[]
}

const maxClauses = 10
const minSubstring = 3

const quotedPattern = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const clausePattern = new RegExp(
  String.raw`\s*(?<negation>-?)(?<field>[a-z_]+)(?:\[(?<key>${quotedPattern})\])?\s*(?<operator>:|~|<=|>=|<|>|=)\s*(?<value>${quotedPattern}|[^\s"']+)(?=\s|$)`,
  'iy',
)
const combinatorPattern = /\s+(and|or)(?=\s)/iy

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
      combinatorPattern.lastIndex = position
      const word = combinatorPattern.exec(query)?.[1]
      combinators.add(word?.toLowerCase() === 'or' ? 'or' : 'and')
      if (word !== undefined) position = combinatorPattern.lastIndex
    }
    clausePattern.lastIndex = position
    const groups = clausePattern.exec(query)?.groups
    if (groups === undefined) throw refused(`We were unable to parse your search query near: ${query.slice(position)}`)
    clauses.push(toClause(groups))
    position = clausePattern.lastIndex
  }
  if (clauses.length === 0) throw refused('The search query is empty.')
  if (clauses.length > maxClauses) throw refused(`A search query can have up to ${maxClauses} clauses.`)
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
  if (operator === '~' && (value === null || Array.from(value).length < minSubstring)) {
    throw refused(`The operator ~ needs a value of at least ${minSubstring} characters.`)
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
