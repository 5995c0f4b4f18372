import { RoutekeyError } from '../../errors.ts'

/** A scope that a key can have if routes require `Scope`: the scope itself, or a wildcard that covers it. */
export type GrantedScope<Scope extends string> = Scope | '*' | Wildcard<Scope>

type Wildcard<Scope extends string> = Scope extends `${infer Head}:${infer Rest}`
  ? `${Head}:*` | `${Head}:${Wildcard<Rest>}`
  : never

/** The scopes that a route requires: all of a list, or any of one. */
export type RequiredScopes<Scope extends string> = readonly Scope[] | { readonly any: readonly Scope[] }

// Narrower than a scope-token of RFC 6750 §3, so that a scope looks the same everywhere.
const segment = '[A-Za-z0-9._-]+'
const concrete = new RegExp(`^${segment}(?::${segment})*$`)
const granted = new RegExp(`^(?:${segment}|\\*)(?::(?:${segment}|\\*))*$`)
const maximumLength = 128

/**
 * Checks the format of scopes.
 *
 * @param kind A granted scope can have wildcards. A route must require a definite scope.
 * @throws `ERR_KEY_SCOPE`
 */
export function checkScopes(scopes: readonly string[], kind: 'granted' | 'required'): void {
  const pattern = kind === 'granted' ? granted : concrete
  for (const scope of scopes) {
    if (typeof scope !== 'string' || scope.length > maximumLength || !pattern.test(scope)) {
      throw new RoutekeyError(
        'ERR_KEY_SCOPE',
        `${JSON.stringify(scope)} is not a valid scope. Use segments such as "reports:read"${kind === 'granted' ? ' or "reports:*"' : ', without "*"'}.`,
      )
    }
  }
}

/**
 * Returns whether a scope allows everything that another does. A `*` covers one segment, and at the end one or more: `reports:*`
 * covers `reports:read` and `reports:read:own`, but not `reports`.
 *
 * @example
 * import { coversScope } from 'routekey'
 *
 * coversScope('reports:*', 'reports:read') // true
 */
export function coversScope(held: string, asked: string): boolean {
  const askedSegments = asked.split(':')
  const heldSegments = held.split(':')
  for (const [index, part] of heldSegments.entries()) {
    const other = askedSegments[index]
    if (other === undefined) return false
    if (part === '*') {
      if (index === heldSegments.length - 1) return true
      // The other ends in `*`, which can cover more segments than this one.
      if (other === '*' && index === askedSegments.length - 1) return false
    } else if (part !== other) return false
  }
  return heldSegments.length === askedSegments.length
}

const holds = (held: readonly string[], asked: string) => held.some((scope) => coversScope(scope, asked))

/** Returns whether the scopes of a key satisfy a route. */
export function satisfiesScopes(held: readonly string[], required: RequiredScopes<string>): boolean {
  return 'any' in required
    ? required.any.some((scope) => holds(held, scope))
    : required.every((scope) => holds(held, scope))
}

/**
 * Checks that a key gets no scope that its creator cannot grant.
 *
 * @throws `ERR_KEY_GRANT`
 */
export function checkGrantable(scopes: readonly string[], grantable: readonly string[]): void {
  const excess = scopes.filter((scope) => !holds(grantable, scope))
  if (excess.length > 0) {
    throw new RoutekeyError(
      'ERR_KEY_GRANT',
      `The creator cannot grant ${excess.join(', ')}. Remove these scopes, or add them to grantable.`,
    )
  }
}
