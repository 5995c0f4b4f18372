import type { External } from '../values/parts.ts'
import { type Value, valueOf } from '../values/value.ts'
import { type KnownGuard, knownGuards } from './guard-table.ts'

const cache = new Map<string, KnownGuard | null>()

/** Finds out whether a call is one of a library that tells who the caller is. */
export function findKnownGuard({ package: name, path }: External): KnownGuard | null {
  const key = `${name}#${path}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const found = knownGuards.find(({ packages, call }) => packages.test(name) && call.test(path)) ?? null
  cache.set(key, found)
  return found
}

/** What a check of a library is called in a report. */
export const nameOfGuard = ({ package: name, path }: External): string =>
  `${
    path
      .split('.')
      .at(-1)
      ?.replace(/^default$/, name) ?? path
  }() of ${name}`

/** What middleware has stored in a request, such as `req.user`. */
export const sessionMember = (name: string, file: string, start: number): Value =>
  valueOf({
    guard: { name: `request.${name}, which middleware sets`, file, start, holes: [], isConditional: false },
    polarity: 1,
  })
