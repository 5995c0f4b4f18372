import type { PropertyKey } from 'oxc-parser'

/** The name of a property of an object, a class or a pattern. Returns null if it is computed. */
export function propertyName({
  key,
  computed,
}: {
  readonly key: PropertyKey
  readonly computed: boolean
}): string | null {
  if (key.type === 'Literal') return typeof key.value === 'object' ? null : String(key.value)
  if (computed) return null
  return key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : null
}
