import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { extractCredential, restrictCredential } from './extract-credential.ts'
import { isUsableKey } from '../secret/usable-key.ts'

const names = ['API_ROUTE_SECRET']
const extract = (headers: [string, string][] = [], search = '', parameters = names) =>
  extractCredential(new Request(`http://localhost/${search}`, { headers }), parameters)

describe('extractCredential', () => {
  it('names the query parameter that held the key', () => {
    expect(extract([], '?API_ROUTE_SECRET=k')).toEqual({ kind: 'key', key: 'k', queryParameter: 'API_ROUTE_SECRET' })
    expect(extract([['x-api-key', 'k']])).toEqual({ kind: 'key', key: 'k', queryParameter: null })
  })

  it('finds keys in two of several parameters ambiguous', () => {
    expect(extract([], '?A=1&B=2', ['A', 'B'])).toEqual({ kind: 'ambiguous' })
    expect(extract([], '?A=1&B=2', ['A'])).toMatchObject({ kind: 'key', key: '1' })
  })

  it.each([
    ['Bearer k, Basic x', 'ambiguous'],
    ['Basic x, Bearer k', 'ambiguous'],
    ['Bearer, Bearer k', 'ambiguous'],
    ['Basic x,bearer k', 'ambiguous'],
    ['Bearer', 'missing'],
    ['Basic x', 'missing'],
    ['Digest username="a", realm="bearer", uri="/"', 'missing'],
    ['AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c', 'missing'],
    ['', 'missing'],
    ['Bearer k,', 'ambiguous'],
    ['Bearer ,k', 'ambiguous'],
    ['Bearer k k', 'malformed'],
    ['Bearer \u00e9', 'malformed'],
  ])('reads Authorization: %s as %s', (value, kind) => {
    expect(extract([['authorization', value]])).toEqual({ kind })
  })

  it('takes whatever is usable as a key out of each place unchanged, and nothing else', () => {
    const visible = fc.stringMatching(/^[\x21-\x7e]{1,80}$/)
    fc.assert(
      fc.property(visible, (key) => {
        fc.pre(isUsableKey(key))
        const found = { kind: 'key', key, queryParameter: null }
        expect(extract([['x-api-key', key]])).toEqual(found)
        expect(extract([['authorization', `Bearer ${key}`]])).toEqual(found)
        expect(extract([], `?API_ROUTE_SECRET=${encodeURIComponent(key)}`)).toEqual({
          ...found,
          queryParameter: 'API_ROUTE_SECRET',
        })
      }),
    )
  })

  it('never throws, and never finds a key that is not usable', () => {
    const latin1 = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })
    fc.assert(
      fc.property(latin1, latin1, fc.string({ unit: 'binary' }), (authorization, apiKey, search) => {
        const headers: [string, string][] = []
        if (!/[\r\n]/.test(authorization)) headers.push(['authorization', authorization])
        if (!/[\r\n]/.test(apiKey)) headers.push(['x-api-key', apiKey])
        const credential = extract(headers, `?API_ROUTE_SECRET=${search}`)
        expect(credential.kind !== 'key' || isUsableKey(credential.key)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('restrictCredential', () => {
  it('hides a key in a parameter that was not asked for, and nothing else', () => {
    const inQuery = { kind: 'key', key: 'k', queryParameter: 'A' } as const
    const inHeader = { kind: 'key', key: 'k', queryParameter: null } as const
    expect(restrictCredential(inQuery, [])).toEqual({ kind: 'missing' })
    expect(restrictCredential(inQuery, ['B'])).toEqual({ kind: 'missing' })
    expect(restrictCredential(inQuery, ['B', 'A'])).toBe(inQuery)
    expect(restrictCredential(inHeader, [])).toBe(inHeader)
    expect(restrictCredential({ kind: 'ambiguous' }, [])).toEqual({ kind: 'ambiguous' })
  })
})
