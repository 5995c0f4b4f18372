import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSession, type Session } from '../create-session.ts'
import { type Stack, startStack } from '../stack.ts'

const pages = ['/', '/login', '/account', '/keys', '/keys/no-such-key', '/no-such-page']

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

it.each(pages)('sends a policy with a nonce of its own, and may not be framed: %s', async (path) => {
  const policies = [await headersOf(path), await headersOf(path)].map((headers) => {
    return headers.get('content-security-policy') ?? ''
  })
  const [nonce, other] = policies.map((policy) => /'nonce-([^']{22,})'/.exec(policy)?.[1])
  expect(nonce).toBeDefined()
  expect(nonce).not.toBe(other)
  expect(policies[0]).toContain("frame-ancestors 'none'")
  expect(policies[0]).not.toContain('unsafe')
})

it.each(pages)('says nothing of what it is made of, and is taken for nothing else: %s', async (path) => {
  const headers = await headersOf(path)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
  expect(headers.get('x-powered-by')).toBeNull()
})

it.each(pages)('binds a browser to https once it came by https, and not before: %s', async (path) => {
  const secure = await headersOf(path, { 'x-forwarded-proto': 'https' })
  expect(secure.get('strict-transport-security')).toMatch(/^max-age=\d{8,}/)
  expect((await headersOf(path)).get('strict-transport-security')).toBeNull()
})

it.each(['/account', '/keys'])('is kept by no cache where it shows what is the visitor’s own: %s', async (path) => {
  expect((await headersOf(path)).get('cache-control')).toContain('no-store')
})
