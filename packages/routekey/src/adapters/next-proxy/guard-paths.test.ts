import * as fc from 'fast-check'
import type { NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import { envSecret, generateKey } from '../../index.ts'
import { guardPaths } from './index.ts'
import { isBelow, normalizePath, resolveParents } from './normalize-path.ts'

const secret = generateKey()
const other = generateKey()
const verifier = envSecret('S', { env: { S: secret } })
const otherVerifier = envSecret('O', { env: { O: other } })
const withSecret = { headers: { 'x-api-key': secret } }

const ask = async (proxy: ReturnType<typeof guardPaths>, path: string, init: RequestInit = {}) =>
  proxy(new Request(`http://localhost${path}`, init), undefined)

const makeRequest = (address: string, pathname: string) =>
  Object.assign(new Request(address), { nextUrl: { pathname } })

describe('guardPaths', () => {
  const proxy = guardPaths({ '/api/internal': verifier, '/Über uns': verifier })

  it.each([
    '/api/internal',
    '/api/internal/',
    '/api/internal/deep/er',
    '/api/internal?a=/api/open',
    '/api/internal#x',
    '/API/Internal',
    '//api//internal',
    '/./api/./internal',
    '/x/../api/internal',
    '/x/%2e%2e/api/internal',
    '/x/%252e%252e/api/internal',
    '/api/internal/%252e%252e/open',
    '/api%2finternal',
    '/api%252finternal',
    '/api%5cinternal',
    String.raw`/api\internal`,
    '/api/intern%61l',
    '/api/intern%2561l',
    '/api/intern%25252561l',
    '/api/intern%%36%31l',
    '/api/internal/%zz',
    '/api/internal/%ff',
    '/%C3%9Cber%20uns',
    '/Über uns/team',
  ])('guards %s', async (path) => {
    const response = await ask(proxy, path)
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('x-middleware-next')).toBeNull()
  })

  it.each([
    '/',
    '/api',
    '/api/internals',
    '/api/intern',
    '/internal',
    '/x/api/internal',
    '/api/internal-x',
    '/api/%69',
  ])('does not guard %s', async (path) => {
    const response = await ask(proxy, path)
    expect(response.headers.get('x-middleware-next')).toBe('1')
    expect(response.status).toBe(200)
  })

  it('accepts the key, and sets the headers of a route that reads the query', async () => {
    expect((await ask(proxy, '/api/internal', withSecret)).headers.get('x-middleware-next')).toBe('1')
    const open = guardPaths({ '/q': envSecret('S', { query: true, env: { S: secret } }) })
    const response = await ask(open, `/q?S=${secret}`)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(response.headers.get('x-middleware-next')).toBe('1')
  })

  it('applies the longest of several matching paths, in any order', async () => {
    for (const paths of [
      { '/api': verifier, '/api/special': otherVerifier },
      { '/api/special': otherVerifier, '/api': verifier },
    ]) {
      const nested = guardPaths(paths)
      expect((await ask(nested, '/api/special/x', withSecret)).status).toBe(401)
      expect((await ask(nested, '/api/special/x', { headers: { 'x-api-key': other } })).status).toBe(200)
      expect((await ask(nested, '/api/else', withSecret)).status).toBe(200)
      expect((await ask(nested, '/api/else', { headers: { 'x-api-key': other } })).status).toBe(401)
    }
  })

  it('guards everything for the path "/"', async () => {
    const everything = guardPaths({ '/': verifier })
    for (const path of ['/', '/x', '//', '/_next/static/x.js']) expect((await ask(everything, path)).status).toBe(401)
  })

  it('checks the path with and without its base path', async () => {
    const based = guardPaths({ '/base/api/internal': verifier })
    expect((await proxy(makeRequest('http://localhost/base/api/internal', '/api/internal'), undefined)).status).toBe(
      401,
    )
    expect((await based(makeRequest('http://localhost/base/api/internal', '/api/internal'), undefined)).status).toBe(
      401,
    )
    expect(
      (await proxy(makeRequest('http://localhost/_next/data/x/api/internal.json', '/api/internal'), undefined)).status,
    ).toBe(401)
  })

  // With `skipProxyUrlNormalize`, `nextUrl` has the path as the client sent it.
  it.each([
    ['/_next/data/build/api/internal.json', ''],
    ['/_next/data/build/api/internal/x.json', ''],
    ['/_next/data/build/index/api/internal.json', ''],
    ['/_next/data/build/fr/api/internal.json', 'en'],
    ['/_next/data/build/index/fr/api/internal.json', 'en'],
    ['/_next/data/build/FR/API/Internal.json', 'en'],
    ['/%5fnext/data/build/api/internal.json', ''],
    ['/api/internal.rsc', ''],
    ['/api/internal.prefetch.rsc', ''],
    ['/api/internal.segments/_tree.segment.rsc', ''],
    ['/api/internal.segments/x/__PAGE__.segment.rsc', ''],
  ])('guards %s with the locale %j as it came', async (path, locale) => {
    const request = Object.assign(new Request(`http://localhost${path}`), { nextUrl: { pathname: path, locale } })
    expect((await proxy(request, undefined)).status).toBe(401)
    const based = guardPaths({ '/base/api/internal': verifier })
    const below = Object.assign(new Request(`http://localhost/base${path}`), { nextUrl: { pathname: path, locale } })
    expect((await proxy(below, undefined)).status).toBe(401)
    expect((await based(below, undefined)).status).toBe(401)
  })

  it.each([
    ['/assets/api/internal', '/assets/api/internal'],
    ['/base/fr/api/internal', '/api/internal'],
  ])('guards %s with i18n, where a locale or assetPrefix comes first', async (path, pathname) => {
    const nextUrl = { pathname, locale: 'fr', basePath: path.startsWith('/base') ? '/base' : '' }
    const request = Object.assign(new Request(`http://localhost${path}`), { nextUrl })
    expect((await proxy(request, undefined)).status).toBe(401)
    const based = guardPaths({ [`${nextUrl.basePath}/api/internal`]: verifier })
    expect((await based(request, undefined)).status).toBe(401)
  })

  it.each([
    '/_next/data/build/api/open.json',
    '/_next/data/build/api/internals.json',
    '/_next/data/build/blog/api/internal.json',
    '/_next/static/api/internal.js',
    '/api/internals.rsc',
    '/api/internal.old',
  ])('does not guard %s', async (path) => {
    const request = Object.assign(new Request(`http://localhost${path}`), { nextUrl: { pathname: path, locale: '' } })
    expect((await proxy(request, undefined)).status).toBe(200)
  })

  it('asks for keys of all guarded paths that a path hides', async () => {
    const several = guardPaths({ '/admin': verifier, '/partners/reports': otherVerifier, '/': verifier })
    const hidden = '/admin/%252e%252e/partners/reports'
    expect((await ask(several, hidden, { headers: { 'x-api-key': other } })).status).toBe(401)
    expect((await ask(several, hidden, withSecret)).status).toBe(401)
    expect((await ask(several, '/partners/reports', { headers: { 'x-api-key': other } })).status).toBe(200)
    expect((await ask(several, '/elsewhere', withSecret)).status).toBe(200)
    expect((await ask(several, '/elsewhere', { headers: { 'x-api-key': other } })).status).toBe(401)
  })

  it('calls your own proxy only for accepted requests, and returns its response', async () => {
    const inner = vi.fn<(request: Request, event: unknown) => Response>(() =>
      Response.redirect('http://localhost/there'),
    )
    const composed = guardPaths({ '/api': verifier }, inner)
    expect((await ask(composed, '/api')).status).toBe(401)
    expect(inner).not.toHaveBeenCalled()
    expect((await ask(composed, '/api', withSecret)).headers.get('location')).toBe('http://localhost/there')
    expect((await ask(composed, '/open')).headers.get('location')).toBe('http://localhost/there')
    const event = {}
    await composed(new Request('http://localhost/open'), event)
    expect(inner.mock.calls.at(-1)?.[1]).toBe(event)
    const silent = guardPaths({ '/api': verifier }, () => undefined)
    expect((await ask(silent, '/api', withSecret)).headers.get('x-middleware-next')).toBe('1')
  })

  it('reports a refused request to onDenied', async () => {
    const onDenied = vi.fn<(event: { path: string }) => void>()
    await ask(guardPaths({ '/api': verifier }, undefined, { onDenied }), '/api/x?y=z')
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({ path: '/api/x', denial: { code: 'missing_key' } })
  })

  it.each(['', 'api', '*', '/api/:path*', '/api/*', '/api?x', '/api#x', 'https://localhost/api'])(
    'throws for the path %j, which would guard something else or nothing',
    (path) => {
      expect(() => guardPaths({ [path]: verifier })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_PATH' }))
    },
  )

  it('matches the type of a proxy in Next.js', () => {
    type Proxy = (request: NextRequest, event: NextFetchEvent) => Response | Promise<Response>
    expectTypeOf(guardPaths({ '/api': verifier })).toExtend<Proxy>()
    const composed = guardPaths({ '/api': verifier }, (request: NextRequest, event: NextFetchEvent) => {
      event.waitUntil(Promise.resolve(request.nextUrl.pathname))
      return new Response()
    })
    expectTypeOf(composed).toExtend<Proxy>()
    expect(composed).toBeTypeOf('function')
  })
})

const spell = (character: string, kind: number): string => {
  const escaped = `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return [character, character.toUpperCase(), escaped, escaped.replaceAll('%', '%25')][kind] ?? character
}

describe('normalizePath', () => {
  const segment = fc.constantFrom('api', 'internal', 'API', '.', '..', '', '%2e%2e', '%61pi', 'x', '%25', '%', 'ü')
  const path = fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join('/')}`)

  it('returns a path that it does not change again', () => {
    fc.assert(
      fc.property(fc.oneof(path, fc.string({ unit: 'binary' })), (text) => {
        const once = normalizePath(text)
        expect(normalizePath(once)).toBe(once)
        expect(resolveParents(resolveParents(once))).toBe(resolveParents(once))
        expect(once).toMatch(/^\/(?!.*\/\/)/s)
      }),
    )
  })

  it('normalizes every spelling of a guarded path', () => {
    const kinds = fc.array(fc.nat({ max: 3 }), { minLength: 13, maxLength: 13 })
    fc.assert(
      fc.property(kinds, path, (chosen, tail) => {
        const spelled = Array.from('/api/internal', (character, index) => spell(character, chosen[index] ?? 0)).join('')
        expect(isBelow(normalizePath(spelled + tail), '/api/internal')).toBe(true)
      }),
    )
  })
})
