import type { PreviousAttributes } from './event-body.ts'

/**
 * Gives the former values of what changed between two versions of an object, or null when nothing did.
 *
 * Of a nested object only the changed members are given; null stands for a member that was not there.
 */
export function previousAttributes(before: object, after: object): PreviousAttributes | null {
  const former = new Map<string, unknown>(Object.entries(before))
  const present = new Map<string, unknown>(Object.entries(after))
  const changed = new Map<string, unknown>()
  for (const name of new Set([...former.keys(), ...present.keys()])) {
    const was = former.get(name) ?? null
    const is = present.get(name) ?? null
    if (JSON.stringify(was) === JSON.stringify(is)) continue
    changed.set(name, isPlainObject(was) && isPlainObject(is) ? previousAttributes(was, is) : was)
  }
  return changed.size === 0 ? null : Object.fromEntries(changed)
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
