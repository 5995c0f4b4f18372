import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import { anyOf, type DeniedEvent, envSecret, generateKey, type SecretCaller, type Verifier } from '../../index.ts'
import { type WebhookCaller, envWebhook } from '../../webhooks/index.ts'
import { requireKey } from './index.ts'

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
})
