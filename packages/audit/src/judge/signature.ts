import type { GuardedBy } from './values/parts.ts'
import type { Value } from './values/value.ts'

/**
 * The values that the result of a function depends on, as text. Null if there is a function among them. Without the route, the
 * path and the method of a request do not count.
 */
export function signatureOf(
  args: readonly Value[],
  self: Value | null,
  known: ReadonlySet<string>,
  guardedBy: GuardedBy | null,
  withRoute: boolean,
): string | null {
  const parts = [...args, ...(self === null ? [] : [self])].map((value) => describeOnce(value, withRoute))
  if (parts.includes(null)) return null
  return [...parts, [...known].join(), guardedBy?.start ?? ''].join('|')
}

// Values do not change, and the same are passed from function to function.
const texts = { withRoute: new WeakMap<Value, string | null>(), without: new WeakMap<Value, string | null>() }

function describeOnce(value: Value, withRoute: boolean): string | null {
  const known = withRoute ? texts.withRoute : texts.without
  const text = known.get(value)
  if (text !== undefined) return text
  const computed = describe(value, 4, withRoute)
  known.set(value, computed)
  return computed
}

function describe(value: Value, depth: number, withRoute: boolean): string | null {
  if (value.functions.length > 0) return null
  const { flags, role, literal, external, secrets, guard, polarity, status, members } = value
  const text = [
    flags,
    role,
    literal === null ? '' : JSON.stringify(literal.value ?? String(literal.value)),
    external === null ? '' : `${external.package}#${external.path}`,
    secrets.map(({ name, form }) => `${name}:${form}`).join(),
    guard === null ? '' : `${guard.file}:${guard.start}:${guard.holes.length}`,
    polarity,
    status,
  ].join(';')
  if (members === null || (!withRoute && (role === 'request' || role === 'url'))) return text
  if (depth === 0) return null
  const inner: string[] = []
  for (const [name, member] of members) {
    const described = describe(member, depth - 1, withRoute)
    if (described === null) return null
    inner.push(`${name}=${described}`)
  }
  return `${text}{${inner.join()}}`
}
