import { describe, expect, it } from 'vitest'
import { isHttps, requestOrigin } from './request-origin.ts'

describe('requestOrigin', () => {
  it.each([
    [
      'the host that the visitor used',
      { host: 'localhost:3000', 'x-forwarded-proto': 'http' },
      'http://localhost:3000',
    ],
    ['another host of the same machine', { host: '127.0.0.1:3000' }, 'http://127.0.0.1:3000'],
    [
      'the host that the proxy received',
      { host: 'app:3000', 'x-forwarded-host': 'example.com', 'x-forwarded-proto': 'https' },
      'https://example.com',
    ],
  ])('is %s', (_, headers, origin) => {
    expect(requestOrigin(new Headers(headers))).toBe(origin)
  })
})

describe('isHttps', () => {
  it.each([
    ['https', true],
    ['https,http', true],
    [' https , http', true],
    ['http', false],
    ['http,https', false],
    ['httpsx', false],
    ['', false],
  ])('reads the first entry of %j', (value, expected) => {
    expect(isHttps(new Headers({ 'x-forwarded-proto': value }))).toBe(expected)
  })

  it('is false without the header', () => {
    expect(isHttps(new Headers())).toBe(false)
  })
})
