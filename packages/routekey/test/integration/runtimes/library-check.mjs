import { anyOf, authenticate, createKeyring, denialResponse, envSecret, generateKey, hashKey, parseKey } from 'routekey'
import { requireKey } from 'routekey/hono'
import { withKey } from 'routekey/next'
import { guardPaths } from 'routekey/next-proxy'
import { createMemoryStore } from 'routekey/stores/memory'
import { createMemoryReplayStore, envWebhook, generateWebhookSecret, signWebhook } from 'routekey/webhooks'

const address = 'https://example.org/api/reports'
const context = { params: Promise.resolve({ id: '7' }) }
const logger = { error: () => undefined }
const pepper = '9f86d081884c7d659a2feaa0c55ad015'

/** Creates, uses, rotates and revokes a key, and returns the outcome of each step and the usage. */
async function checkKeyring() {
  let count = 0
  const limiter = { consume: async () => ({ consumedPoints: (count += 1) }) }
  const keyring = createKeyring({ store: createMemoryStore(), prefix: 'acme', pepper, limiter, cache: { seconds: 60 } })
  const limits = [{ name: 'hour', quota: 2, windowSeconds: 3600 }]
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', scopes: ['a:*'], limits })
  const verifier = keyring.verifier({ scopes: ['a:b'] })
  const ask = async (presented) => {
    const request = new Request(address, { headers: { 'x-api-key': presented } })
    const result = await authenticate(request, verifier)
    return result.ok ? result.caller.generation : result.denial.code
  }
  const outcomes = [await ask(key)]
  const rotated = await keyring.rotate(record.id, { graceSeconds: 60 })
  outcomes.push(await ask(key), await ask(rotated.key), await ask(generateKey({ prefix: 'acme' })))
  await keyring.revoke(record.id)
  outcomes.push(await ask(rotated.key))
  await keyring.close()
  const [{ allowed, refused }] = await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })
  return [...outcomes, allowed, refused]
}

/** Uses the library as an application does. The results are the same in every runtime. */
export async function checkLibrary() {
  const key = generateKey({ prefix: 'acme_live' })
  const webhookSecret = generateWebhookSecret()
  const env = { S: key, HOOK: webhookSecret }
  const verifier = anyOf(
    envSecret('S', { env, query: true }),
    envWebhook('HOOK', { env, replayStore: createMemoryReplayStore() }),
  )
  const route = withKey(verifier, async (request, { caller, params }) =>
    Response.json({ kind: caller.kind, id: (await params).id, body: await request.text() }),
  )
  const ask = async (init, search = '') => {
    const response = await route(new Request(address + search, { method: 'POST', body: 'hello', ...init }), context)
    return [
      response.status,
      response.headers.get('cache-control'),
      response.status === 200 ? await response.json() : null,
    ]
  }
  const signed = { headers: signWebhook({ id: 'msg_1', body: 'hello', secrets: [webhookSecret] }) }
  const unset = envSecret('ROUTEKEY_CHECK_UNSET', { logger })
  const proxy = guardPaths({ '/api': envSecret('S', { env }) })
  const middleware = requireKey(envSecret('S', { env }))
  const refusal = await denialResponse({ status: 401, code: 'invalid_key' }).json()

  return {
    parsed: parseKey(key)?.prefix,
    misread: parseKey(`${key}0`),
    hash: hashKey('abc'),
    peppered: hashKey('abc', { pepper }),
    bearer: await ask({ headers: { authorization: `Bearer ${key}` } }),
    query: await ask({}, `?S=${key}`),
    wrong: await ask({ headers: { 'x-api-key': `${key}0` } }),
    twice: await ask({ headers: { 'x-api-key': key, authorization: `Bearer ${key}` } }),
    webhook: await ask(signed),
    replayed: await ask(signed),
    unset: (await authenticate(new Request(address), unset)).denial?.code,
    proxied: (await proxy(new Request(address), undefined)).status,
    passed: (await proxy(new Request('https://example.org/'), undefined)).headers.get('x-middleware-next'),
    hono: (await middleware({ req: { raw: new Request(address) } }, async () => undefined)).status,
    keyring: await checkKeyring(),
    refusal,
  }
}
