import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isUsableKey } from '../secret/usable-key.ts'
import { extractCredential, restrictCredential } from './extract-credential.ts'
import { parseSources } from './key-source.ts'

type Header = [name: string, value: string]

const extract = (headers: Header[], search = '', parameters: readonly string[] = ['S'], body?: string) =>
  extractCredential(
    new Request(`http://localhost/${search}`, { method: 'POST', headers, ...(body !== undefined && { body }) }),
    ['authorization: bearer', 'x-api-key', ...parameters.map((name) => `?${name}`)],
  )

describe('extractCredential', () => {
  it.each<[string, Header]>([
    ['Authorization: Bearer', ['authorization', 'Bearer k']],
    ['a scheme in lower case', ['authorization', 'bearer k']],
    ['a scheme in mixed case', ['authorization', 'bEaReR k']],
    ['several spaces after the scheme', ['authorization', 'Bearer   k']],
    ['x-api-key', ['x-api-key', 'k']],
    ['a header name in another case', ['X-API-KEY', 'k']],
    ['a value between spaces, which are not part of it', ['x-api-key', ' k ']],
  ])('reads the key from %s', (_case, header) => {
    expect(extract([header])).toMatchObject({ kind: 'key', key: 'k' })
  })

  it.each([
    ['the query parameter', '?S=k'],
    ['the query parameter among others', '?a=1&S=k&b=%zz'],
    ['a percent-encoded query parameter', '?%53=%6b'],
  ])('reads the key from %s', (_case, search) => {
    expect(extract([], search)).toEqual({ kind: 'key', key: 'k', source: '?S' })
  })

  it.each<[string, Header]>([
    ['Basic', ['authorization', 'Basic YTpi']],
    ['Digest with a realm called bearer', ['authorization', 'Digest username="a", realm="bearer", uri="/"']],
    ['a signature of AWS', ['authorization', 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c']],
  ])('reads x-api-key beside %s', (_case, header) => {
    expect(extract([header, ['x-api-key', 'k']])).toMatchObject({ kind: 'key', key: 'k' })
  })

  it.each<[string, Header[], string]>([
    ['no header', [], ''],
    ['an empty Authorization', [['authorization', '']], ''],
    ['an empty bearer token', [['authorization', 'Bearer ']], ''],
    ['an empty x-api-key', [['x-api-key', '']], ''],
    ['an empty query parameter', [], '?S='],
    ['a query parameter without a value', [], '?S'],
    ['a cookie', [['cookie', 'S=k; x-api-key=k']], ''],
    ['Basic', [['authorization', 'Basic k']], ''],
    ['Basic with the key as the password', [['authorization', `Basic ${btoa(':k')}`]], ''],
    ['a key without a scheme', [['authorization', 'k']], ''],
    ['a scheme that starts with Bearer', [['authorization', 'BearerX k']], ''],
    ['a tab after the scheme', [['authorization', 'Bearer\tk']], ''],
    ['a query parameter in another case', [], '?s=k'],
    ['a query parameter of another name', [], '?key=k'],
    ['a query parameter as a list', [], '?S[]=k'],
    ['a fragment', [], '#?S=k'],
  ])('finds no key in %s', (_case, headers, search) => {
    expect(extract(headers, search)).toEqual({ kind: 'missing' })
  })

  it('finds no key in a body', () => {
    expect(extract([], '', ['S'], 'S=k')).toEqual({ kind: 'missing' })
  })

  it('reads no query parameter that it was not given', () => {
    expect(extract([], '?S=k', [])).toEqual({ kind: 'missing' })
    expect(extract([], '?A=1&B=2', ['A'])).toMatchObject({ kind: 'key', key: '1' })
    expect(extract([['x-api-key', 'k']], '?S=k', [])).toMatchObject({ kind: 'key', source: 'x-api-key' })
  })

  it.each<[string, Header[], string]>([
    ['two words', [['authorization', 'Bearer k k']], ''],
    ['a letter beyond ASCII', [['authorization', 'Bearer é']], ''],
    ['a no-break space', [['x-api-key', 'k\u00A0']], ''],
    ['a space at the end', [], '?S=k%20'],
    ['a space at the start', [], '?S=%20k'],
    ['a plus, which stands for a space', [], '?S=k+'],
    ['a line break', [], '?S=k%0A'],
    ['a NUL', [], '?S=k%00'],
    ['full-width digits', [], '?S=%EF%BC%90'],
    ['bytes that are not UTF-8', [], '?S=%ff'],
    ['more than 4,096 characters', [['x-api-key', 'k'.repeat(4097)]], ''],
  ])('calls a key with %s malformed', (_case, headers, search) => {
    expect(extract(headers, search)).toEqual({ kind: 'malformed' })
  })

  it.each<[string, Header[], string]>([
    [
      'in both headers',
      [
        ['authorization', 'Bearer k'],
        ['x-api-key', 'k'],
      ],
      '',
    ],
    [
      'in both headers, if one is empty',
      [
        ['authorization', 'Bearer k'],
        ['x-api-key', ''],
      ],
      '',
    ],
    ['in a header and in the query', [['x-api-key', 'k']], '?S=k'],
    ['in a header and in an empty query parameter', [['x-api-key', 'k']], '?S'],
    ['in a query parameter twice', [], '?S=k&S=k'],
    ['in a query parameter twice, once percent-encoded', [], '?S=x&%53=k'],
    [
      'in x-api-key twice',
      [
        ['x-api-key', 'k'],
        ['x-api-key', 'k'],
      ],
      '',
    ],
    [
      'in x-api-key twice, the first empty',
      [
        ['x-api-key', ''],
        ['x-api-key', 'k'],
      ],
      '',
    ],
    [
      'in x-api-key twice, the second empty',
      [
        ['x-api-key', 'k'],
        ['x-api-key', ''],
      ],
      '',
    ],
    [
      'in x-api-key twice, both empty',
      [
        ['x-api-key', ''],
        ['x-api-key', ''],
      ],
      '',
    ],
    [
      'in Authorization twice',
      [
        ['authorization', 'Bearer k'],
        ['authorization', 'Bearer k'],
      ],
      '',
    ],
    ['in Authorization twice, without a token', [['authorization', 'Bearer, Bearer k']], ''],
    [
      'in Authorization after Basic',
      [
        ['authorization', 'Basic x'],
        ['authorization', 'Bearer k'],
      ],
      '',
    ],
    ['in Authorization after Basic, without a space', [['authorization', 'Basic x,bearer k']], ''],
    [
      'in Authorization before Basic',
      [
        ['authorization', 'Bearer k'],
        ['authorization', 'Basic x'],
      ],
      '',
    ],
    ['in Authorization before an empty one', [['authorization', 'Bearer k,']], ''],
    ['in Authorization after an empty one', [['authorization', 'Bearer ,k']], ''],
  ])('calls a key %s ambiguous', (_case, headers, search) => {
    expect(extract(headers, search)).toEqual({ kind: 'ambiguous' })
  })

  it('calls keys in two query parameters ambiguous', () => {
    expect(extract([], '?A=1&B=2', ['A', 'B'])).toEqual({ kind: 'ambiguous' })
  })

  it('reads any usable key unchanged from each place', () => {
    const visible = fc.stringMatching(/^[\x21-\x7e]{1,80}$/)
    fc.assert(
      fc.property(visible, (key) => {
        fc.pre(isUsableKey(key))
        const found = { kind: 'key', key }
        expect(extract([['x-api-key', key]])).toEqual({ ...found, source: 'x-api-key' })
        expect(extract([['authorization', `Bearer ${key}`]])).toEqual({ ...found, source: 'authorization: bearer' })
        expect(extract([], `?S=${encodeURIComponent(key)}`)).toEqual({ ...found, source: '?S' })
      }),
    )
  })

  it('never throws and never returns an unusable key', () => {
    const latin1 = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })
    fc.assert(
      fc.property(latin1, latin1, fc.string({ unit: 'binary' }), (authorization, apiKey, search) => {
        const headers: Header[] = []
        if (!/[\r\n]/.test(authorization)) headers.push(['authorization', authorization])
        if (!/[\r\n]/.test(apiKey)) headers.push(['x-api-key', apiKey])
        const credential = extract(headers, `?S=${search}`)
        expect(credential.kind !== 'key' || isUsableKey(credential.key)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('restrictCredential', () => {
  it('hides a key from a verifier that does not read it where it was found', () => {
    const inQuery = { kind: 'key', key: 'k', source: '?A' } as const
    const inHeader = { kind: 'key', key: 'k', source: 'x-api-key' } as const
    for (const from of [undefined, [], ['?B'], ['a']]) {
      expect(restrictCredential(inQuery, from)).toEqual({ kind: 'missing' })
    }
    expect(restrictCredential(inQuery, ['?B', '?A'])).toBe(inQuery)
    expect(restrictCredential(inHeader)).toBe(inHeader)
    expect(restrictCredential(inHeader, ['authorization: bearer'])).toEqual({ kind: 'missing' })
    expect(restrictCredential({ kind: 'ambiguous' }, [])).toEqual({ kind: 'ambiguous' })
  })
})

describe('extractCredential with chosen sources', () => {
  const read = (from: readonly string[], headers: Header[], search = '') =>
    extractCredential(new Request(`http://localhost/${search}`, { headers }), parseSources(from))

  it.each<[string, string[], Header[]]>([
    [
      'x-api-key, beside a gateway that owns Authorization',
      ['X-Api-Key'],
      [
        ['authorization', 'Bearer gateway'],
        ['x-api-key', 'k'],
      ],
    ],
    [
      'a header with another name',
      ['apikey'],
      [
        ['apikey', 'k'],
        ['x-api-key', 'other'],
      ],
    ],
    [
      'another scheme',
      ['Authorization: Api-Key'],
      [
        ['authorization', 'api-key  k'],
        ['x-api-key', 'other'],
      ],
    ],
    ['one of two schemes', ['authorization', 'Authorization: Token'], [['authorization', 'Token k']]],
    [
      'a scheme in a header of its own',
      ['X-Forwarded-Authorization: Bearer'],
      [['x-forwarded-authorization', 'Bearer k']],
    ],
    ['a source that is listed twice', ['authorization', 'Authorization: Bearer'], [['authorization', 'Bearer k']]],
  ])('reads %s', (_case, from, headers) => {
    expect(read(from, headers)).toMatchObject({ kind: 'key', key: 'k' })
  })

  it.each<[string, string[], Header[], string]>([
    [
      'a header twice',
      ['apikey'],
      [
        ['apikey', 'k'],
        ['apikey', 'k'],
      ],
      'ambiguous',
    ],
    [
      'two chosen headers',
      ['apikey', 'x-api-key'],
      [
        ['apikey', 'k'],
        ['x-api-key', 'k'],
      ],
      'ambiguous',
    ],
    ['a scheme twice', ['authorization: api-key'], [['authorization', 'Api-Key a, API-KEY b']], 'ambiguous'],
    ['a scheme after another one', ['authorization: api-key'], [['authorization', 'Bearer a, Api-Key b']], 'ambiguous'],
    [
      'only a header that was not chosen',
      ['apikey'],
      [
        ['x-api-key', 'k'],
        ['authorization', 'Bearer k'],
      ],
      'missing',
    ],
    ['a scheme that was not chosen', ['authorization: api-key'], [['authorization', 'Bearer k']], 'missing'],
    ['a longer scheme', ['authorization: api'], [['authorization', 'Api-Key k']], 'missing'],
  ])('does not accept %s', (_case, from, headers, kind) => {
    expect(read(from, headers)).toEqual({ kind })
  })

  it.each(['', 'cookie', 'Cookie', 'a b', 'x-api-key:', 'authorization: a b', '?S', 'a:b', 'é', 'a\r\nb'])(
    'rejects %j',
    (source) => {
      expect(() => parseSources([source])).toThrow('ERR_CONFIG_SOURCE')
    },
  )
})
