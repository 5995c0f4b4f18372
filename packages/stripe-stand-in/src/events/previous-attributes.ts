import type { PreviousAttributes } from './event-body.ts'

/**
 * Returns the previous values of the attributes that changed, or null if none changed.
 *
 * Of a nested object it returns only the changed members. A member that was not set has the previous value null.
 */
export function previousAttributes(before: object, after: object): PreviousAttributes | null {
  const previous = new Map<string, unknown>(Object.entries(before))
  const current = new Map<string, unknown>(Object.entries(after))
  const changed = new Map<string, unknown>()
  for (const name of new Set([...previous.keys(), ...current.keys()])) {
    const was = previous.get(name) ?? null
    const is = current.get(name) ?? null
    if (JSON.stringify(was) === JSON.stringify(is)) continue
    changed.set(name, isPlainObject(was) && isPlainObject(is) ? previousAttributes(was, is) : was)
  }
  return changed.size === 0 ? null : Object.fromEntries(changed)
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
