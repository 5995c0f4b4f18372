import type { GuardedBy } from './values/parts.ts'
import type { Value } from './values/value.ts'

/** What the result of a function depends on, as text. Null if it cannot be told, because a function is among it. */
export function signatureOf(
  args: readonly Value[],
  self: Value | null,
  known: ReadonlySet<string>,
  guardedBy: GuardedBy | null,
): string | null {
  const parts = [...args, ...(self === null ? [] : [self])].map((value) => describe(value, 4))
  if (parts.includes(null)) return null
  return [...parts, [...known].join(), guardedBy?.start ?? ''].join('|')
}

function describe(value: Value, depth: number): string | null {
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
  if (members === null) return text
  if (depth === 0) return null
  const inner: string[] = []
  for (const [name, member] of members) {
    const described = describe(member, depth - 1)
    if (described === null) return null
    inner.push(`${name}=${described}`)
  }
  return `${text}{${inner.join()}}`
}
