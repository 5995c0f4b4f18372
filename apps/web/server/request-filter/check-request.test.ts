import { describe, expect, it } from 'vitest'
import { checkRequest, type UncheckedRequest } from './check-request.ts'
import { defaultRequestBounds, maximumCookieParts } from './request-bounds.ts'

const check = (request: Partial<UncheckedRequest>) =>
  checkRequest({ method: 'GET', url: '/', rawHeaders: ['Host', 'localhost'], ...request }, defaultRequestBounds)
const repeat = (length: number, make: (index: number) => string) => Array.from({ length }, (_, index) => make(index))

describe('checkRequest', () => {
  it.each(['/', '/login?error=a%20b', '/keys/%C3%A9', '/a/', '/?a=%2F%2F', '/a?b=//c', '/%2F', "/(a)';,"])(
    'accepts the URL %s',
    (url) => {
      expect(check({ url })).toBeNull()
    },
  )

  it.each([
    '//',
    '//api',
    '/a//b',
    '/a\\b',
    '\\a',
    '',
    'a',
    '*',
    '/%',
    '/%ff',
    '/%E2%82',
    '/%00',
    '/?a=%00',
    '/a/../b',
    '/..',
    '/./a',
    '/a/.',
    '/%2e%2e/a',
    '/a/%2E',
    '/a%2f..%2fb',
    '/a%5c..',
  ])('refuses the URL %j', (url) => {
    expect(check({ url })).toMatchObject({ status: 400, code: 'invalid_url' })
  })

  it('refuses a URL that is too long, and accepts the longest', () => {
    const { urlLength } = defaultRequestBounds
    expect(check({ url: `/${'a'.repeat(urlLength - 1)}` })).toBeNull()
    expect(check({ url: `/${'a'.repeat(urlLength)}` })).toMatchObject({ status: 414, code: 'url_too_long' })
  })

  it.each([
    ['repeated', () => 'a'],
    ['distinct', (index: number) => `a${index}=b`],
    ['empty', () => ''],
  ])('refuses too many parameters that are %s, and accepts the most', (_, make) => {
    const { queryParameters } = defaultRequestBounds
    expect(check({ url: `/?${repeat(queryParameters, make).join('&')}` })).toBeNull()
    expect(check({ url: `/?${repeat(queryParameters + 1, make).join('&')}` })).toMatchObject({
      status: 400,
      code: 'too_many_parameters',
    })
  })

  it('counts the fields of the header, each repetition too', () => {
    const { headers } = defaultRequestBounds
    expect(check({ rawHeaders: repeat(headers, () => 'a').flatMap((name) => [name, '']) })).toBeNull()
    expect(check({ rawHeaders: repeat(headers + 1, () => 'a').flatMap((name) => [name, '']) })).toMatchObject({
      status: 431,
      code: 'too_many_headers',
    })
  })

  it.each([
    ['in one field', (cookies: string[]) => ['Cookie', cookies.join('; ')]],
    ['in a field each', (cookies: string[]) => cookies.flatMap((cookie) => ['cookie', cookie])],
  ])('counts cookies %s', (_, join) => {
    const { cookies } = defaultRequestBounds
    expect(check({ rawHeaders: join(repeat(cookies, (index) => `c${index}=b`)) })).toBeNull()
    const tooMany = { status: 431, code: 'too_many_headers' }
    expect(check({ rawHeaders: join(repeat(cookies + 1, () => 'a=b')) })).toMatchObject(tooMany)
    expect(check({ rawHeaders: join(repeat(maximumCookieParts, (index) => `s.${index}=b`)) })).toBeNull()
    expect(check({ rawHeaders: join(repeat(maximumCookieParts + 1, (index) => `s.${index}=b`)) })).toMatchObject(
      tooMany,
    )
  })

  it.each(['a', 'a.example', 'a:80', '[::1]:3000', '127.0.0.1'])('accepts the host %s', (host) => {
    expect(check({ rawHeaders: ['Host', host, 'X-Forwarded-Host', `${host}, ${host}`] })).toBeNull()
  })

  it.each(['[', 'a b', 'a/b', 'a@b', 'a?', 'a:x', 'a:99999', '', '::', 'a,', 'é'])('refuses the host %j', (host) => {
    const refusal = { status: 400, code: 'invalid_header' }
    expect(check({ rawHeaders: ['HOST', host] })).toMatchObject(refusal)
    expect(check({ rawHeaders: ['Host', 'a', 'x-forwarded-host', host] })).toMatchObject(refusal)
  })

  it('refuses a host that lists several', () => {
    expect(check({ rawHeaders: ['Host', 'a, b'] })).toMatchObject({ status: 400, code: 'invalid_header' })
  })

  it.each(['null', 'https://a.example', 'http://localhost:3000'])('accepts the origin %s', (origin) => {
    expect(check({ rawHeaders: ['Origin', origin] })).toBeNull()
  })

  it.each(['', 'a', '\xff', 'http://[', '//a', 'file:///a', 'https://a.example/', 'null, null'])(
    'refuses the origin %j',
    (origin) => {
      expect(check({ rawHeaders: ['Origin', origin] })).toMatchObject({ status: 400, code: 'invalid_header' })
    },
  )

  it.each([
    ['Host', 'localhost'],
    ['Origin', 'http://localhost'],
    ['Origin', 'null'],
    ['Next-Router-State-Tree', encodeURIComponent('["",{}]')],
  ])('refuses %s sent twice, which Node joins', (name, value) => {
    const refusal = { status: 400, code: 'invalid_header' }
    expect(check({ rawHeaders: [name, value] })).toBeNull()
    expect(check({ rawHeaders: [name, value, name.toLowerCase(), value] })).toMatchObject(refusal)
  })

  it('accepts the hosts of a chain of proxies in a field each', () => {
    expect(check({ rawHeaders: ['X-Forwarded-Host', 'a', 'X-Forwarded-Host', 'b, c'] })).toBeNull()
  })

  it.each([
    '/_next/static/a.js',
    '/_next/static',
    '/%5Fnext/static/a',
    '/icon.svg',
    '/favicon.ico',
    '/FAVICON.ICO',
    '/icon.svg/?a',
  ])('lets nobody change the file %s', (url) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect(check({ method, url })).toMatchObject({ status: 405, allow: ['GET', 'HEAD'] })
    }
    expect(check({ url })).toBeNull()
    expect(check({ method: 'HEAD', url })).toBeNull()
  })

  it.each(['/_global-error', '/_global-error/', '/_global-error.rsc', '/_global%2Derror?a'])('hides %s', (url) => {
    for (const method of ['GET', 'HEAD', 'POST']) expect(check({ method, url })).toMatchObject({ status: 404 })
  })

  it('accepts what the router of the framework sends', () => {
    const state = encodeURIComponent('["",{"children":["__PAGE__",{}]},null,null,16]')
    expect(check({ rawHeaders: ['Next-Router-State-Tree', state] })).toBeNull()
  })

  it.each(['', '%', '[', '%5B%22%22%5D', '%7B%7D', encodeURIComponent('["",{"a":["",{"b":1}]}]')])(
    'refuses the router state %j',
    (state) => {
      const refusal = { status: 400, code: 'invalid_header' }
      expect(check({ rawHeaders: ['next-router-state-tree', state] })).toMatchObject(refusal)
    },
  )

  it.each(['TRACE', 'PROPFIND', 'CONNECT', 'get', '', undefined])('refuses the method %j', (method) => {
    expect(check({ method })).toMatchObject({ status: 405, code: 'invalid_method' })
  })
})
