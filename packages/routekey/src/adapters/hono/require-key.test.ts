import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import { anyOf, type DeniedEvent, envSecret, generateKey, type SecretCaller, type Verifier } from '../../index.ts'
import { type WebhookCaller, envWebhook } from '../../webhooks/index.ts'
import { type KeyVariables, requireKey } from './index.ts'

const secret = generateKey()
const env = { S: secret }
const withSecret = { headers: { 'x-api-key': secret } }

describe('requireKey for Hono', () => {
  it('sets the headers of a route that reads the query, also if the handler throws or redirects', async () => {
    const app = new Hono()
    app.use(requireKey(envSecret('S', { env, query: true })))
    app.get('/throws', () => {
      throw new Error('broken')
    })
    app.get('/redirects', () => Response.redirect('http://localhost/there'))
    app.onError((error, c) => c.text(error.message, 500))
    for (const [path, status] of [
      ['/throws', 500],
      ['/redirects', 302],
      ['/nowhere', 404],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- three requests, one after the other
      const response = await app.request(`${path}?S=${secret}`)
      expect(response.status).toBe(status)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
    }
  })

  it('lets a preflight request pass if CORS comes first, and lets a browser read the refusal', async () => {
    const app = new Hono()
    app.use(cors({ origin: 'https://a.example' }), requireKey(envSecret('S', { env })))
    const origin = { origin: 'https://a.example' }
    const preflight = { ...origin, 'access-control-request-method': 'GET' }
    expect((await app.request('/', { method: 'OPTIONS', headers: preflight })).status).toBe(204)
    const refused = await app.request('/', { headers: origin })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://a.example')
  })

  it('passes what a verifier throws to the error handler, and does not run the handler', async () => {
    const handler = vi.fn<() => Response>()
    const broken: Verifier<null> = { verify: async () => Promise.reject(new Error('broken')) }
    const app = new Hono()
    app.onError((error, c) => c.text(error.message, 500))
    app.get('/', requireKey(broken), handler)
    expect(await (await app.request('/')).text()).toBe('broken')
    expect(handler).not.toHaveBeenCalled()
  })

  it('reports a refused request to onDenied', async () => {
    const onDenied = vi.fn<(event: DeniedEvent) => void>()
    const app = new Hono().get('/', requireKey(envSecret('S', { env }), { onDenied }), (c) => c.text('in'))
    await app.request('/')
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({ path: '/', denial: { code: 'missing_key' } })
  })

  it('types the caller by the verifier', async () => {
    const app = new Hono().get('/', requireKey(anyOf(envSecret('S', { env }), envWebhook('HOOK', { env }))), (c) => {
      expectTypeOf(c.var.caller).toEqualTypeOf<SecretCaller | WebhookCaller>()
      expectTypeOf(c.get('caller')).toEqualTypeOf<SecretCaller | WebhookCaller>()
      return c.text(c.var.caller.kind)
    })
    expect(await (await app.request('/', withSecret)).text()).toBe('secret')
  })

  it('types the caller after app.use by KeyVariables, and in a chain by itself', async () => {
    const app = new Hono<KeyVariables<SecretCaller>>()
    app.use('/in/*', requireKey(envSecret('S', { env })))
    app.get('/in/a', (c) => {
      expectTypeOf(c.var.caller).toEqualTypeOf<SecretCaller>()
      return c.text(c.var.caller.variable)
    })
    const chain = new Hono().use(requireKey(envSecret('S', { env }))).get('/', (c) => {
      expectTypeOf(c.var.caller).toEqualTypeOf<SecretCaller>()
      return c.text(c.get('caller').generation)
    })
    expect(await (await app.request('/in/a', withSecret)).text()).toBe('S')
    expect(await (await chain.request('/', withSecret)).text()).toBe('current')
  })

  it('gives the caller of the last of several guards, in value and type', async () => {
    const everyone: Verifier<{ readonly kind: 'anyone' }> = {
      verify: async () => ({ ok: true, caller: { kind: 'anyone' }, headers: {} }),
    }
    const inline = new Hono<{ Variables: { requestId: string } }>().get(
      '/',
      requireKey(everyone),
      requireKey(envSecret('S', { env })),
      (c) => {
        expectTypeOf(c.var.caller).toEqualTypeOf<SecretCaller>()
        expectTypeOf(c.var.requestId).toEqualTypeOf<string>()
        return c.text(c.var.caller.variable)
      },
    )
    const chain = new Hono().use(requireKey(envSecret('S', { env }))).get('/', requireKey(everyone), (c) => {
      expectTypeOf(c.var.caller).toEqualTypeOf<{ readonly kind: 'anyone' }>()
      expectTypeOf(c.get('caller')).toEqualTypeOf<{ readonly kind: 'anyone' }>()
      return c.text(c.var.caller.kind)
    })
    expect(await (await inline.request('/', withSecret)).text()).toBe('S')
    expect(await (await chain.request('/', withSecret)).text()).toBe('anyone')
  })

  it('guards with the bindings of each request, in middleware of its own', async () => {
    interface Env {
      readonly S: string
      readonly KV: { get(name: string): Promise<string | null> }
    }
    const app = new Hono<{ Bindings: Env } & KeyVariables<SecretCaller>>()
    app.use((c, next) => requireKey(envSecret('S', { env: c.env }))(c, next))
    app.get('/', async (c) => {
      expectTypeOf(c.var.caller).toEqualTypeOf<SecretCaller>()
      return c.text(`${c.var.caller.variable} ${await c.env.KV.get('name')}`)
    })
    const bindings: Env = { S: secret, KV: { get: async (name) => name } }
    expect(await (await app.request('/', withSecret, bindings)).text()).toBe('S name')
    expect((await app.request('/', {}, bindings)).status).toBe(401)
    expect((await app.request('/', withSecret, { ...bindings, S: generateKey() })).status).toBe(401)
  })
})
