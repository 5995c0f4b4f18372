import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

const pages = ['/', '/login', '/account', '/keys', '/keys/no-such-key', '/try', '/no-such-page']

let stack: Stack
let session: Session
beforeAll(async () => {
  stack = await startStack()
  session = await createSession(stack)
})
afterAll(async () => {
  await stack?.stop()
})

async function headersOf(path: string, extra: Record<string, string> = {}): Promise<Headers> {
  const cookie = [...session.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(stack.webUrl + path, { redirect: 'manual', headers: { cookie, ...extra } })
  await response.arrayBuffer()
  return response.headers
}

const likeOthers = ['/icon.svg-not', '/favicon.icons', '/_next/statics', '/_next/image/not']

it.each([...pages, ...likeOthers])('sends a policy with its own nonce: %s', async (path) => {
  const policies = [await headersOf(path), await headersOf(path)].map((headers) => {
    return headers.get('content-security-policy') ?? ''
  })
  const [nonce, other] = policies.map((policy) => /'nonce-([^']{22,})'/.exec(policy)?.[1])
  expect(nonce).toBeDefined()
  expect(nonce).not.toBe(other)
  expect(policies[0]).not.toContain('unsafe')
})

/** Responses that are not pages: data, refusals, redirects and assets. */
const others = [
  '/api/health',
  '/api/v1/whoami',
  '/api/no-such-route',
  '/auth/callback',
  '/keys/%00',
  '/icon.svg',
  'the style sheet',
]

async function pathOf(name: string): Promise<string> {
  if (name.startsWith('/')) return name
  const page = await fetch(stack.webUrl)
  return /href="(\/_next\/static\/[^"]+\.css)/.exec(await page.text())?.[1] ?? 'no style sheet'
}

it.each([...pages, ...others])(
  'says nothing of what it is made of, and is taken for nothing else: %s',
  async (name) => {
    const headers = await headersOf(await pathOf(name))
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('x-powered-by')).toBeNull()
  },
)

/** A refusal of each kind, and what the proxy does not see. */
const notPages: readonly (readonly [name: string, path: string, status: number, init: RequestInit])[] = [
  ['another icon', '/favicon.ico', 200, {}],
  ['a missing file', '/_next/static/missing.js', 404, {}],
  ['a prefetch', '/login', 200, { headers: { rsc: '1', 'next-router-prefetch': '1' } }],
  ['a refusal of the request filter', `/${'x'.repeat(5000)}`, 414, {}],
  ['a refusal of the proxy', '/login', 403, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }],
  ['a form that cannot be read', '/login', 400, { method: 'POST', headers: { 'next-action': 'x' }, body: 'x' }],
  ['an ended session', '/', 401, { headers: { cookie: 'routekey-session=base64-e30', 'sec-fetch-dest': 'empty' } }],
]

// Two policies would be joined by a comma.
const onePolicy = /^[^,]*frame-ancestors 'none'$/

it.each(notPages)('has exactly one policy, and cannot be framed: %s', async (_name, path, status, init) => {
  const response = await fetch(stack.webUrl + path, { ...init, redirect: 'manual' })
  await response.arrayBuffer()
  expect(response.status).toBe(status)
  expect(response.headers.get('content-security-policy')).toMatch(onePolicy)
})

it.each([...pages, ...likeOthers, ...others])('has exactly one policy, and cannot be framed: %s', async (name) => {
  expect((await headersOf(await pathOf(name))).get('content-security-policy')).toMatch(onePolicy)
})

it.each([...pages, '/icon.svg', 'the style sheet'])('tells other sites its origin at most: %s', async (name) => {
  const headers = await headersOf(await pathOf(name))
  expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
})

it.each(['/auth/callback', '/auth/confirm?token_hash=x&type=signup', '/auth/github', '/auth/verify'])(
  'tells other sites nothing: %s',
  async (path) => {
    expect((await headersOf(path)).get('referrer-policy')).toBe('no-referrer')
  },
)

it.each(['/api/health', '/api/v1/whoami', '/api/stripe/webhook'])(
  'lets data load nothing where it is shown as a page: %s',
  async (path) => {
    const headers = await headersOf(path)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
  },
)

it.each([...pages, ...others])('binds a browser to https once it came by https, and not before: %s', async (name) => {
  const path = await pathOf(name)
  for (const proto of ['https', 'https,http']) {
    const secure = await headersOf(path, { 'x-forwarded-proto': proto })
    expect(secure.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
  }
  for (const proto of ['http', 'http,https']) {
    const plain = await headersOf(path, { 'x-forwarded-proto': proto })
    expect(plain.get('strict-transport-security')).toBeNull()
  }
  expect((await headersOf(path)).get('strict-transport-security')).toBeNull()
})

it.each([
  ['the start of a sign-in', '/auth/github', { 'sec-fetch-site': 'same-origin' }],
  ['a session that has ended', '/', { cookie: 'routekey-session=base64-e30; routekey-session.0=x' }],
])(
  'keeps each cookie from scripts and from other sites, and sends it by https alone where that is there: %s',
  async (_name, path, extra) => {
    const secure = (await headersOf(path, { ...extra, 'x-forwarded-proto': 'https' })).getSetCookie()
    expect(secure).not.toEqual([])
    for (const line of secure) {
      expect(line).toMatch(/^(?:__Host-)?routekey-session[\w.-]*=.*; Secure; HttpOnly; SameSite=lax/i)
      expect(line).not.toMatch(/domain=/i)
      // Cookies without the prefix are only deleted.
      expect(line).toMatch(/^__Host-|; (?:Max-Age=0|Expires=Thu, 01 Jan 1970)/i)
    }
    for (const line of (await headersOf(path, extra)).getSetCookie()) expect(line).not.toContain('Secure')
  },
)

it.each(['/account', '/keys'])('is not cached when it shows personal data: %s', async (path) => {
  expect((await headersOf(path)).get('cache-control')).toContain('no-store')
})
