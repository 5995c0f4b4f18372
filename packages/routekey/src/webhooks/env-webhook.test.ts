import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import { anyOf, envSecret, type SecretCaller } from '../index.ts'
import { type GuardContext, withKey } from '../adapters/next/index.ts'
import {
  type EnvWebhookOptions,
  type ReplayStore,
  type WebhookCaller,
  createMemoryReplayStore,
  envWebhook,
  generateWebhookSecret,
  signWebhook,
} from './index.ts'

const secret = generateWebhookSecret()
const body = '{"type":"report.ready"}'
const context = { params: Promise.resolve({}) }
type Handler = (request: Request, context: GuardContext<WebhookCaller>) => Promise<Response>

function makeRoute(options: EnvWebhookOptions = {}) {
  const handler = vi.fn<Handler>(async (request, { caller }) => Response.json({ caller, body: await request.text() }))
  const logger = { error: vi.fn<(message: string) => void>() }
  const onDenied = vi.fn<(event: { denial: unknown }) => void>()
  const route = withKey(envWebhook('HOOK', { env: { HOOK: secret }, logger, ...options }), handler, { onDenied })
  return { handler, logger, onDenied, send: (request: Request) => route(request, context) }
}

const makeRequest = ({ id = 'msg_1', content = body, secrets = [secret], sentAt = new Date(), headers = {} } = {}) =>
  new Request('http://localhost/hook', {
    method: 'POST',
    body: content,
    headers: { ...signWebhook({ id, body: content, secrets, sentAt }), ...headers },
  })

describe('envWebhook', () => {
  it('accepts a signed message, returns its caller, and leaves the body to the handler', async () => {
    const { send } = makeRoute()
    const response = await send(makeRequest({ sentAt: new Date(Math.floor(Date.now() / 1000) * 1000) }))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      caller: { kind: 'webhook', variable: 'HOOK', id: 'msg_1', sentAt: expect.any(String), generation: 'current' },
      body,
    })
  })

  it('accepts the previous secret during a rotation, and says so', async () => {
    const { handler, send } = makeRoute({ env: { HOOK: generateWebhookSecret(), HOOK_PREVIOUS: secret } })
    expect((await send(makeRequest())).status).toBe(200)
    expect(handler.mock.calls[0]?.[1].caller.generation).toBe('previous')
  })

  it.each<[string, () => Request, string]>([
    ['no signature', () => new Request('http://localhost/hook', { method: 'POST', body }), 'missing_signature'],
    ['a signature by another secret', () => makeRequest({ secrets: [generateWebhookSecret()] }), 'invalid_signature'],
    ['an old timestamp', () => makeRequest({ sentAt: new Date(Date.now() - 302_000) }), 'expired_signature'],
    ['a timestamp in the future', () => makeRequest({ sentAt: new Date(Date.now() + 302_000) }), 'expired_signature'],
    [
      'a bearer token that is the secret',
      () =>
        new Request('http://localhost/hook', { method: 'POST', body, headers: { authorization: `Bearer ${secret}` } }),
      'missing_signature',
    ],
  ])('refuses %s', async (_case, makeIt, code) => {
    const { handler, onDenied, send } = makeRoute()
    const response = await send(makeIt())
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('StandardWebhooks realm="api"')
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0].denial).toEqual({ status: 401, code })
  })

  it('refuses a body that is too large with 413, with and without Content-Length, and stops reading it', async () => {
    const { handler, onDenied, send } = makeRoute({ maxBodyBytes: 1000 })
    const pulled = vi.fn<(controller: ReadableStreamDefaultController<Uint8Array>) => void>((controller) => {
      controller.enqueue(new Uint8Array(600))
    })
    const endless = new Request('http://localhost/hook', {
      method: 'POST',
      headers: { ...signWebhook({ id: 'a', body: '', secrets: [secret] }) },
      body: new ReadableStream({ pull: pulled }),
      duplex: 'half',
    })
    expect((await send(endless)).status).toBe(413)
    expect(pulled.mock.calls.length).toBeLessThan(6)
    expect((await send(makeRequest({ headers: { 'content-length': '1001' } }))).status).toBe(413)
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0].denial).toEqual({ status: 413, code: 'body_too_large', maxBodyBytes: 1000 })
    expect((await send(makeRequest({ content: 'x'.repeat(1000) }))).status).toBe(200)
  })

  it('throws, and does not run the handler, if the body was read before', async () => {
    const { handler, send } = makeRoute()
    const request = makeRequest()
    await request.text()
    await expect(send(request)).rejects.toMatchObject({ code: 'ERR_REQUEST_BODY' })
    expect(handler).not.toHaveBeenCalled()
  })

  it.each([
    ['unset', {}, 'secret_unset'],
    ['empty', { HOOK: '' }, 'secret_unset'],
    ['not a webhook secret', { HOOK: 'changeme' }, 'secret_unusable'],
    ['all zeros', { HOOK: `whsec_${Buffer.alloc(32).toString('base64')}` }, 'secret_weak'],
    ['unset, although the previous one is set', { HOOK_PREVIOUS: secret }, 'secret_unset'],
  ])('returns 503 for every request if the secret is %s, and logs it once', async (_case, env, code) => {
    const { handler, logger, onDenied, send } = makeRoute({ env })
    expect((await send(makeRequest())).status).toBe(503)
    expect((await send(new Request('http://localhost/hook', { method: 'POST' }))).status).toBe(503)
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0].denial).toEqual({ status: 503, code, variable: 'HOOK' })
    expect(logger.error).toHaveBeenCalledOnce()
    expect(logger.error.mock.calls[0]?.[0]).toMatch(/^routekey: HOOK: .*whsec_…/)
  })

  it('ignores a previous secret that is not a webhook secret, and logs it', async () => {
    const { logger, send } = makeRoute({ env: { HOOK: secret, HOOK_PREVIOUS: 'changeme' } })
    expect((await send(makeRequest())).status).toBe(200)
    expect(logger.error.mock.calls[0]?.[0]).toMatch(/^routekey: HOOK_PREVIOUS: .*ignored/)
  })
})

describe('the secret of envWebhook', () => {
  const other = generateWebhookSecret()
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64')

  it.each<[string, string]>([
    ['with its prefix', secret],
    ['without its prefix', secret.slice('whsec_'.length)],
    ['without padding', secret.replace(/=+$/, '')],
    ['with the version of the scheme', `v1,${secret}`],
    ['as the first of two', `v1,${secret}|v1,${other}`],
    ['as the second of two', `${other}|${secret}`],
  ])('is taken as a sender shows it: %s', async (_case, shown) => {
    const { handler, send } = makeRoute({ env: { HOOK: shown } })
    expect((await send(makeRequest())).status).toBe(200)
    expect(handler.mock.calls[0]?.[1].caller.generation).toBe('current')
    expect((await send(makeRequest({ secrets: [generateWebhookSecret()] }))).status).toBe(401)
  })

  it.each<[string, string]>([
    ['a part that is empty', `${secret}|`],
    ['a part that is not base64', `${secret}|whsec_none!`],
    ['a part that is weak', `${secret}|whsec_${Buffer.alloc(32, 1).toString('base64')}`],
    ['an asymmetric key', `v1a,whsk_${bytes.toString('base64')}`],
    ['a line break at the end', `${secret}\n`],
    ['the encoded text of a placeholder', `whsec_${Buffer.from('your-super-secret-signing-key').toString('base64')}`],
    [
      'bytes in sequence',
      `whsec_${Buffer.from(Array.from({ length: 32 }, (_byte, index) => index)).toString('base64')}`,
    ],
    ['the example of the documentation of senders', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ])('is refused as a whole for %s', async (_case, shown) => {
    expect((await makeRoute({ env: { HOOK: shown } }).send(makeRequest())).status).toBe(503)
  })

  it('is used as text if the sender signs with its bytes', async () => {
    const text = 'polar_whs_kT9vQ2mZ7wX4pL8nB6rD3hJ5cF1gS0yA'
    const encoded = `whsec_${Buffer.from(text).toString('base64')}`
    const { send } = makeRoute({ env: { HOOK: text }, secretEncoding: 'utf8' })
    expect((await send(makeRequest({ secrets: [encoded] }))).status).toBe(200)
    expect((await send(makeRequest())).status).toBe(401)
    const signed = signWebhook({ id: 'msg_2', body, secrets: [text], secretEncoding: 'utf8' })
    expect(
      (await send(new Request('http://localhost/', { method: 'POST', body, headers: { ...signed } }))).status,
    ).toBe(200)
    const weak = makeRoute({ env: { HOOK: 'your-super-secret-webhook-signing-key' }, secretEncoding: 'utf8' })
    expect((await weak.send(makeRequest())).status).toBe(503)
  })
})

const rename = (request: Request, names: readonly string[]) => {
  const headers = new Headers(request.headers)
  for (const name of names) {
    headers.set(`svix-${name}`, headers.get(`webhook-${name}`) ?? '')
    headers.delete(`webhook-${name}`)
  }
  return new Request(request, { headers })
}

describe('the headers of envWebhook', () => {
  it('can have the names of senders from before the standard', async () => {
    const { handler, send } = makeRoute()
    expect((await send(rename(makeRequest({ id: 'msg_9' }), ['id', 'timestamp', 'signature']))).status).toBe(200)
    expect(handler.mock.calls[0]?.[1].caller.id).toBe('msg_9')
  })

  it('are taken from one family, and a forged one does not count', async () => {
    const { send } = makeRoute()
    expect((await send(rename(makeRequest(), ['id']))).status).toBe(401)
    expect((await send(rename(makeRequest(), ['signature']))).status).toBe(401)
    const forged = rename(makeRequest({ secrets: [generateWebhookSecret()] }), ['id', 'timestamp', 'signature'])
    expect((await send(forged)).status).toBe(401)
  })
})

describe('envWebhook with a replay store', () => {
  it('accepts one of many copies, and each new attempt', async () => {
    const { handler, onDenied, send } = makeRoute({ replayStore: createMemoryReplayStore() })
    const sentAt = new Date()
    const responses = await Promise.all(Array.from({ length: 50 }, async () => send(makeRequest({ sentAt }))))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(49)
    expect(onDenied.mock.calls[0]?.[0].denial).toEqual({ status: 401, code: 'replayed_signature' })
    expect((await send(makeRequest({ sentAt: new Date(sentAt.getTime() - 5000) }))).status).toBe(200)
    expect((await send(makeRequest({ sentAt, id: 'msg_2' }))).status).toBe(200)
    expect(handler).toHaveBeenCalledTimes(3)
  })

  it('asks the store only about signed messages, and says until when to remember them', async () => {
    const remember = vi.fn<ReplayStore['remember']>(() => true)
    const { send } = makeRoute({ replayStore: { remember }, toleranceSeconds: 60 })
    await send(makeRequest({ secrets: [generateWebhookSecret()] }))
    expect(remember).not.toHaveBeenCalled()
    const sentAt = new Date(Math.floor(Date.now() / 1000) * 1000)
    await send(makeRequest({ sentAt }))
    expect(remember.mock.calls).toEqual([
      [`HOOK.msg_1.${sentAt.getTime() / 1000}`, new Date(sentAt.getTime() + 61_000)],
    ])
  })

  it.each<[string, ReplayStore]>([
    [
      'throws',
      {
        remember: () => {
          throw new Error('down')
        },
      },
    ],
    ['rejects', { remember: async () => Promise.reject(new Error('down')) }],
  ])('returns 503 with Retry-After if the store %s, so that the sender retries', async (_case, replayStore) => {
    const { handler, onDenied, send } = makeRoute({ replayStore })
    const response = await send(makeRequest())
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.text()).not.toContain('down')
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0].denial).toMatchObject({ code: 'store_unavailable', cause: new Error('down') })
  })
})

describe('the types', () => {
  it('take the bindings of a worker as they are typed', async () => {
    interface Env {
      readonly HOOK: string
      readonly BUCKET: { list(): Promise<unknown> }
    }
    const env: Env = { HOOK: secret, BUCKET: { list: async () => [] } }
    expect((await makeRoute({ env }).send(makeRequest())).status).toBe(200)
  })

  it('narrow the caller by its kind', () => {
    withKey(anyOf(envSecret('A_SECRET'), envWebhook('HOOK')), (_request, { caller }) => {
      expectTypeOf(caller).toEqualTypeOf<SecretCaller | WebhookCaller>()
      return new Response(caller.kind === 'webhook' ? caller.id : caller.variable)
    })
    expect(() => envWebhook('NEXT_PUBLIC_HOOK')).toThrow('published')
  })
})
