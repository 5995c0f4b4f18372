import { RoutekeyError } from '../../errors.ts'

/** A scope that a key can have if routes require `Scope`: the scope itself, or a wildcard that covers it. */
export type GrantedScope<Scope extends string> = Scope | '*' | Wildcard<Scope>

type Wildcard<Scope extends string> = Scope extends `${infer Head}:${infer Rest}`
  ? `${Head}:*` | `${Head}:${Wildcard<Rest>}`
  : never

/** The scopes that a route requires: all of a list, or any of one. */
export type RequiredScopes<Scope extends string> = readonly Scope[] | { readonly any: readonly Scope[] }

// Narrower than a scope-token of RFC 6750 §3, so that a scope looks the same everywhere.
const segment = /^[\w.-]+$/
const maximumLength = 128

/**
 * Checks the format of scopes.
 *
 * @param kind A granted scope can have wildcards. A route must require a definite scope.
 * @throws `ERR_KEY_SCOPE`
 */
export function checkScopes(scopes: readonly string[], kind: 'granted' | 'required'): void {
  const isValid = (part: string) => segment.test(part) || (part === '*' && kind === 'granted')
  for (const scope of scopes) {
    if (typeof scope !== 'string' || scope.length > maximumLength || !scope.split(':').every(isValid)) {
      throw new RoutekeyError(
        'ERR_KEY_SCOPE',
        `${JSON.stringify(scope)} is not a valid scope, such as "reports:read". Only scopes of keys can have "*".`,
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
  const surplus = askedSegments.length - heldSegments.length
  const hasLength = heldSegments.at(-1) === '*' ? surplus >= 0 : surplus === 0
  return hasLength && heldSegments.every((part, index) => part === '*' || part === askedSegments[index])
}

const holds = (held: readonly string[], asked: string) => held.some((scope) => coversScope(scope, asked))

/** Lists the scopes that a route requires, all of them or any. */
export const listScopes = (required: RequiredScopes<string>) => ('any' in required ? required.any : required)

/** Returns whether the scopes of a key satisfy a route. */
export function satisfiesScopes(held: readonly string[], required: RequiredScopes<string>): boolean {
  const isHeld = (scope: string) => holds(held, scope)
  return 'any' in required ? required.any.some(isHeld) : required.every(isHeld)
}

/**
 * Checks that a key gets no scope that its creator cannot grant.
 *
 * @throws `ERR_KEY_GRANT`
 */
export function checkGrantable(scopes: readonly string[], grantable: readonly string[]): void {
  const excess = scopes.filter((scope) => !holds(grantable, scope)).join(', ')
  if (excess) {
    throw new RoutekeyError('ERR_KEY_GRANT', `grantable does not cover ${excess}.`)
  }
}
