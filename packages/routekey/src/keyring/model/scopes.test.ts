import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { coversScope } from './scopes.ts'

describe('coversScope', () => {
  it.each([
    ['reports:read', 'reports:read'],
    ['reports:*', 'reports:read'],
    ['reports:*', 'reports:read:own'],
    ['reports:*', 'reports:*'],
    ['reports:*', 'reports:*:own'],
    ['*', 'reports'],
    ['*', 'reports:read'],
    ['*', '*'],
    ['*:read', 'reports:read'],
    ['*:read', '*:read'],
    ['a:*:c', 'a:b:c'],
    ['a:*:*', 'a:b:c:d'],
  ])('%s covers %s', (held, asked) => {
    expect(coversScope(held, asked)).toBe(true)
  })

  it.each([
    ['reports:read', 'reports:write'],
    ['reports:read', 'reports'],
    ['reports:read', 'reports:read:own'],
    ['reports:read', 'reports:*'],
    ['reports', 'reports:read'],
    ['reports:*', 'reports'],
    ['reports:*', '*'],
    ['reports:*', '*:read'],
    ['report:*', 'reports:read'],
    ['*:read', 'reports:write'],
    ['*:read', 'a:b:read'],
    ['a:*:c', 'a:*'],
    ['a:*:c', 'a:b:d'],
    ['a:*:*', 'a:*'],
    ['Reports:read', 'reports:read'],
    ['', 'reports:read'],
  ])('%s does not cover %s', (held, asked) => {
    expect(coversScope(held, asked)).toBe(false)
  })

  const part = fc.constantFrom('a', 'b', '*')
  const scope = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'))
  const concrete = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(':'))

  it('is transitive: a scope covers everything that a covered scope covers', () => {
    fc.assert(
      fc.property(scope, scope, concrete, (wide, narrow, asked) => {
        fc.pre(coversScope(wide, narrow) && coversScope(narrow, asked))
        expect(coversScope(wide, asked)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
