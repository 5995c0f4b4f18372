import { describe, expect, it } from 'vitest'
import { parseRedirectPath } from './parse-redirect-path.ts'

describe('parseRedirectPath', () => {
  it.each(['/account', '/keys/1?tab=usage'])('accepts %j', (path) => {
    expect(parseRedirectPath(path)).toBe(path)
  })

  it.each([
    undefined,
    null,
    7,
    ['/account'],
    '',
    'account',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    '/\n/evil.example',
    '///evil.example',
    '/..//evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    '/\\\\evil.example',
  ])('returns /account instead of %j', (path) => {
    expect(parseRedirectPath(path)).toBe('/account')
  })
})
