import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedRoutes } from '#features/trial/guarded-routes.ts'
import { createSession } from '#test/support/create-session.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let key: string
beforeAll(async () => {
  stack = await startStack()
  const { id } = await createSession(stack)
  const created = await createTestKeyring(stack).create({ owner: id, name: 'CI', scopes: ['customer:read'] })
  if (!created.ok) throw new Error('The key was not created.')
  key = created.key
})
afterAll(async () => {
  await stack?.stop()
})

const request = async (target: string, method: string, headers: string[] = []) =>
  sendRaw(stack.webUrl, rawRequest(target, { method, headers }))

/** Other spellings of a path, some of which are the same for a part of the framework. */
const spellings: Record<string, (path: string) => string> = {
  'as it is': (path) => path,
  'with a slash at the end': (path) => `${path}/`,
  'with two slashes at the end': (path) => `${path}//`,
  'with two slashes inside': (path) => path.replace('/api/', '/api//'),
  'with two slashes at the start': (path) => `/${path}`,
  'with a backslash': (path) => path.replace('/api/', '/api\\'),
  'with a backslash at the start': (path) => `/\\${path}`,
  'with an encoded letter': (path) => path.replace('/api', '/%61pi'),
  'with an encoded slash': (path) => path.replace('/api/', '/api%2f'),
  'with a dot': (path) => path.replace('/api/', '/api/./'),
  'with two dots': (path) => path.replace('/api/', '/a/../api/'),
  'with encoded dots': (path) => path.replace('/api/', '/api/%2e/'),
  'in upper case': (path) => path.toUpperCase(),
  'as data of a page': (path) => `/_next/data/build${path}.json`,
  'as a part of a page': (path) => `${path}.rsc`,
  'as text': (path) => `${path}.txt`,
  'with a parameter': (path) => `${path};a=b`,
  'with a language': (path) => `/en${path}`,
  'as an absolute address': (path) => `http://localhost${path}`,
  'as an absolute address with a slash at the end': (path) => `http://localhost${path}/`,
  'at another host': (path) => `http://other.example${path}`,
}

describe.each(guardedRoutes.map(({ method, path }) => ({ method, path })))('$method $path', ({ method, path }) => {
  it.each(Object.entries(spellings))('runs for nobody without a key: %s', async (_, spell) => {
    const { status } = await request(spell(path), method)
    expect([400, 401, 404]).toContain(status)
  })

  it.each(Object.entries(spellings))('sends the secret of a caller nowhere else: %s', async (_, spell) => {
    for (const query of ['API_ROUTE_SECRET=the-secret', 'api_key=the-secret', 'a=b&API_ROUTE_SECRET=the-secret']) {
      const { head } = await request(`${spell(path)}?${query}`, method)
      expect(head).not.toContain('the-secret')
      expect(head).not.toMatch(/^location:/im)
    }
  })

  // With these, parts of the framework talk to each other.
  it.each([
    'X-Middleware-Prefetch: 1',
    'X-Middleware-Subrequest: middleware:middleware:middleware:middleware:middleware',
    'X-Middleware-Next: 1',
    'X-Middleware-Rewrite: /icon.svg',
    'X-Middleware-Invoke: 1',
    'X-Invoke-Path: /icon.svg',
    'X-Matched-Path: /icon.svg',
    'X-Nextjs-Data: 1',
    'X-HTTP-Method-Override: OPTIONS',
    'X-Original-URL: /icon.svg',
    'X-Rewrite-URL: /icon.svg',
    'Rsc: 1',
    'Next-Router-Prefetch: 1',
    'Next-Action: 7f',
    'Purpose: prefetch',
  ])('runs for nobody with the header %s', async (header) => {
    for (const target of [path, `${path}/`]) {
      const { status } = await request(target, method, [header])
      expect(status).toBe(401)
    }
  })

  it('tells caches to store neither a refusal nor a success', async () => {
    const refusal = await request(path, method)
    expect(refusal.status).toBe(401)
    expect(refusal.head).toMatch(/^cache-control: private, no-store$/im)
    const given = path.startsWith('/api/v1/') ? key : stack.apiRouteSecret
    for (const success of [
      await request(path, method, [`Authorization: Bearer ${given}`]),
      await request(`${path}/`, method, [`X-Api-Key: ${given}`]),
    ]) {
      // The database's route answers 400 to a call without a profile.
      expect([200, 400, 404]).toContain(success.status)
      expect(success.head).toMatch(/^cache-control: private, no-store$/im)
    }
  })
})
