import { buildPackages } from '@routekey/tools/build-if-stale'
import type { Verifier } from 'routekey'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { checkRoutes } from '../../../src/probe/check-routes.ts'
import { parseTarget } from '../../../src/probe/parse-targets.ts'
import { type TestServer, serve } from '../../serve.ts'

let server: TestServer
const keys: Record<string, string> = {}

beforeAll(async () => {
  await buildPackages()
  const { createKeyring, envSecret, generateKey } = await import('routekey')
  const { limitInvalidAttempts } = await import('routekey/invalid-attempts')
  const { socketIp, withKey } = await import('routekey/node')
  const { createMemoryStore } = await import('routekey/stores/memory')
  const { envWebhook, generateWebhookSecret } = await import('routekey/webhooks')
  const env = { SECRET: generateKey(), IN_QUERY: generateKey(), HOOK: generateWebhookSecret() }
  const keyring = createKeyring({
    store: createMemoryStore(),
    prefix: 'acme',
    callerIp: socketIp,
    invalidAttempts: limitInvalidAttempts({ quota: 5, windowSeconds: 60 }),
  })
  const logger = { error: () => {}, warn: () => {} }
  const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
  Object.assign(keys, { '/secret': env.SECRET, '/query': env.IN_QUERY, '/webhook': env.HOOK, '/keyring': key })
  const verifiers = new Map<string, Verifier<unknown>>([
    ['/secret', envSecret('SECRET', { env, logger })],
    ['/query', envSecret('IN_QUERY', { env, logger, query: true })],
    ['/unset', envSecret('UNSET', { env, logger })],
    ['/webhook', envWebhook('HOOK', { env, logger })],
    ['/keyring', keyring.verifier()],
  ])
  server = await serve((request, response) => {
    const verifier = verifiers.get(new URL(request.url ?? '/', 'http://x').pathname)
    if (verifier === undefined) return response.writeHead(404).end()
    return withKey(verifier, (_request, out) => void out.end('{"done":true}'), { logger })(request, response)
  })
})
afterAll(() => server.stop())

async function check(path: string, key?: string) {
  const names = { headers: [], query: path === '/query' ? ['IN_QUERY'] : [] }
  const [report] = await checkRoutes([parseTarget(`POST ${server.origin}${path}`)], {
    key,
    body: '"routekey check"',
    names,
  })
  return report
}

it.each(['/secret', '/query', '/webhook', '/keyring'])('finds a guard of Routekey closed at %s', async (path) => {
  expect(await check(path)).toMatchObject({ verdict: 'closed' })
})

it.each(['/secret', '/query', '/webhook'])('finds it closed with the right key at %s', async (path) => {
  const report = await check(path, keys[path])
  expect(report).toMatchObject({ verdict: 'closed' })
  expect(report?.weaknesses.map((text) => /accepted in the query/.test(text))).toEqual(path === '/query' ? [true] : [])
})

it('cannot tell about a guard that is not configured', async () => {
  expect(await check('/unset')).toMatchObject({ verdict: 'cannot_tell', reason: expect.stringContaining('503') })
})
