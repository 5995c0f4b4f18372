import { randomBytes } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { generateKey } from '../../../src/index.ts'
import { generateWebhookSecret, signWebhook } from '../../../src/webhooks/index.ts'
import { type WireRequest, type WireResponse, send } from './send.ts'

/** The environment of every scenario server; `SCENARIO_UNSET` is in none. */
export const scenarioEnvironment = {
  SCENARIO_SECRET: randomBytes(32).toString('hex'),
  SCENARIO_WEBHOOK: generateWebhookSecret(),
  SCENARIO_API_KEY: generateKey({ prefix: 'acme' }),
  SCENARIO_NARROW_API_KEY: generateKey({ prefix: 'acme' }),
  SCENARIO_UNREADABLE_API_KEY: generateKey({ prefix: 'acme' }),
}

/** How large a webhook's body the scenario servers read. */
export const scenarioBodyBytes = 64 * 1024

/**
 * A server under test. Below its address it serves, for every method:
 * - `/guarded`: `envSecret('SCENARIO_SECRET')`
 * - `/query`: the same with `query: true`
 * - `/unset`: `envSecret('SCENARIO_UNSET')`
 * - `/webhook`: `envWebhook('SCENARIO_WEBHOOK')` with a replay store and `maxBodyBytes` of `scenarioBodyBytes`
 * - `/keyed`: a keyring that asks for the scope `reports:read` and lets two requests pass: `SCENARIO_API_KEY` has the scope,
 *   `SCENARIO_NARROW_API_KEY` has not, and the store fails for `SCENARIO_UNREADABLE_API_KEY`
 * - `/runs`, open: how many times a handler ran, as text
 *
 * Each handler answers 200, `Cache-Control: public` and JSON `{ caller, body }`.
 */
export interface ScenarioServer {
  readonly origin: string
  /** What stands before `/guarded`, such as `/api`. */
  readonly base: string
  readonly stop: () => Promise<void>
}

/** What is told apart between adapters. */
export interface AdapterTraits {
  /** Whether a second `Authorization` reaches the guard, or the server drops it before. */
  readonly seesRepeatedAuthorization: boolean
  /** Whether the handler is told who called. Default true. */
  readonly passesCaller?: boolean
}

const { SCENARIO_SECRET: secret, SCENARIO_WEBHOOK: webhookSecret } = scenarioEnvironment
const wrong = randomBytes(32).toString('hex')
const bearer = ['authorization', `Bearer ${secret}`] as const
const apiKey = ['x-api-key', secret] as const
const problems = {
  400: ['Bad Request', 'Send the key once and in one place.'],
  401: ['Unauthorized', 'A valid key is required.'],
  403: ['Forbidden', 'The key does not allow this.'],
  413: ['Content Too Large', 'The body is too large.'],
  429: ['Too Many Requests', 'Too many requests.'],
  503: ['Service Unavailable', 'Keys cannot be checked at the moment.'],
} as const
const asking = (key: string): WireRequest => ({ path: '/keyed', headers: [['authorization', `Bearer ${key}`]] })
type Refusal = keyof typeof problems

/** Runs what every adapter must do, over real HTTP, against one of them. */
export function adapterScenarios(name: string, start: () => Promise<ScenarioServer>, traits: AdapterTraits): void {
  const { seesRepeatedAuthorization, passesCaller = true } = traits

  describe(`the scenarios of ${name}`, () => {
    let server: ScenarioServer
    beforeAll(async () => {
      server = await start()
    })
    afterAll(async () => {
      await server.stop()
    })

    const ask = (wire: WireRequest) => send(server.origin, { ...wire, path: server.base + wire.path })
    const countRuns = async () => Number((await ask({ method: 'GET', path: '/runs' })).body)

    async function expectHandled(wire: WireRequest): Promise<WireResponse> {
      const before = await countRuns()
      const response = await ask(wire)
      expect(response.status).toBe(200)
      expect(await countRuns()).toBe(before + 1)
      return response
    }

    async function expectRefused(wire: WireRequest, status: Refusal): Promise<WireResponse> {
      const before = await countRuns()
      const response = await ask(wire)
      expect(response.status).toBe(status)
      expect(await countRuns()).toBe(before)
      expect(response.headers['content-type']).toBe('application/problem+json')
      expect(response.headers['cache-control']).toBe('private, no-store')
      expect(response.headers['referrer-policy']).toBe('no-referrer')
      const [title, detail] = problems[status]
      const problem = JSON.stringify({ type: 'about:blank', title, status, detail })
      expect(response.body).toBe(wire.method === 'HEAD' ? '' : problem)
      return response
    }

    const currentCaller = { kind: 'secret', variable: 'SCENARIO_SECRET', generation: 'current' }

    it.each<[string, WireRequest]>([
      ['Authorization: Bearer', { path: '/guarded', headers: [bearer] }],
      ['a scheme in another case', { path: '/guarded', headers: [['AUTHORIZATION', `bEARER ${secret}`]] }],
      ['x-api-key', { path: '/guarded', headers: [apiKey] }],
      ["x-api-key beside a proxy's Basic", { path: '/guarded', headers: [['authorization', 'Basic YTpi'], apiKey] }],
      ['GET', { method: 'GET', path: '/guarded', headers: [apiKey] }],
      ['PUT', { method: 'PUT', path: '/guarded', headers: [apiKey] }],
      ['PATCH', { method: 'PATCH', path: '/guarded', headers: [apiKey] }],
      ['DELETE', { method: 'DELETE', path: '/guarded', headers: [apiKey] }],
      ['OPTIONS', { method: 'OPTIONS', path: '/guarded', headers: [apiKey] }],
      ['a header where the query is open', { path: '/query', headers: [bearer] }],
      ['the query parameter', { path: `/query?SCENARIO_SECRET=${secret}` }],
      ['the query parameter among others', { path: `/query?a=1&SCENARIO_SECRET=${secret}&b=%zz` }],
    ])('lets %s in', async (_case, wire) => {
      const { body } = await expectHandled(wire)
      expect(JSON.parse(body)).toMatchObject(passesCaller ? { caller: currentCaller } : {})
      expect(body).not.toContain(secret)
    })

    it('lets HEAD in, with no body', async () => {
      const response = await expectHandled({ method: 'HEAD', path: '/guarded', headers: [apiKey] })
      expect(response.body).toBe('')
    })

    it('hands the body on as it came', async () => {
      const body = JSON.stringify({ text: 'Zoë \u0000 €', padding: 'x'.repeat(100_000) })
      const headers = [apiKey, ['content-type', 'text/plain; charset=utf-8'] as const]
      const response = await expectHandled({ path: '/guarded', headers, body })
      expect(JSON.parse(response.body)).toMatchObject({ body })
    })

    it("leaves the handler's headers alone where the query is closed, and overrules them where it is open", async () => {
      const closed = await expectHandled({ path: '/guarded', headers: [apiKey] })
      expect(closed.headers['cache-control']).toBe('public')
      expect(closed.headers['referrer-policy']).toBeUndefined()
      const open = await expectHandled({ path: '/query', headers: [apiKey] })
      expect(open.headers['cache-control']).toBe('private, no-store')
      expect(open.headers['referrer-policy']).toBe('no-referrer')
    })

    it.each<[string, WireRequest]>([
      ['no key', { path: '/guarded' }],
      ['no key with HEAD', { method: 'HEAD', path: '/guarded' }],
      ['no key with GET', { method: 'GET', path: '/guarded' }],
      ['no key with OPTIONS', { method: 'OPTIONS', path: '/guarded' }],
      [
        "a browser's preflight",
        {
          method: 'OPTIONS',
          path: '/guarded',
          headers: [
            ['origin', 'https://a.example'],
            ['access-control-request-method', 'POST'],
          ],
        },
      ],
      ['no key with a large body', { path: '/guarded', body: 'x'.repeat(1_000_000) }],
      ['an empty key', { path: '/guarded', headers: [['x-api-key', '']] }],
      ['an empty bearer token', { path: '/guarded', headers: [['authorization', 'Bearer ']] }],
      ['Basic', { path: '/guarded', headers: [['authorization', `Basic ${secret}`]] }],
      [
        'the key in a cookie',
        { path: '/guarded', headers: [['cookie', `SCENARIO_SECRET=${secret}; x-api-key=${secret}`]] },
      ],
      ['the key in the body', { path: '/guarded', body: `SCENARIO_SECRET=${secret}` }],
      ['the query parameter where the query is closed', { path: `/guarded?SCENARIO_SECRET=${secret}` }],
      ['a query parameter of another name', { path: `/query?secret=${secret}` }],
      ['an empty query parameter', { path: '/query?SCENARIO_SECRET=' }],
    ])('refuses %s as no key', async (_case, wire) => {
      const { headers } = await expectRefused(wire, 401)
      expect(headers['www-authenticate']).toBe('Bearer realm="api"')
    })

    it.each<[string, WireRequest]>([
      ['a wrong key', { path: '/guarded', headers: [['x-api-key', wrong]] }],
      ['a wrong key with GET', { method: 'GET', path: '/guarded', headers: [['authorization', `Bearer ${wrong}`]] }],
      ['a wrong key with HEAD', { method: 'HEAD', path: '/guarded', headers: [['x-api-key', wrong]] }],
      ['a prefix of the key', { path: '/guarded', headers: [['x-api-key', secret.slice(0, -1)]] }],
      ['the key and more', { path: '/guarded', headers: [['x-api-key', `${secret}0`]] }],
      ['undefined', { path: '/guarded', headers: [['x-api-key', 'undefined']] }],
      ['false', { path: '/guarded', headers: [['authorization', 'Bearer false']] }],
      ['a no-break space behind the key', { path: '/guarded', headers: [['x-api-key', `${secret}\u00a0`]] }],
      ['the query parameter with a trailing space', { path: `/query?SCENARIO_SECRET=${secret}%20` }],
      ['a query parameter that is not UTF-8', { path: '/query?SCENARIO_SECRET=%ff%zz' }],
    ])('refuses %s as a wrong key', async (_case, wire) => {
      const { headers } = await expectRefused(wire, 401)
      expect(headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
    })

    it.each<[string, WireRequest]>([
      ['both headers', { path: '/guarded', headers: [bearer, apiKey] }],
      ['both headers, one wrong', { path: '/guarded', headers: [['authorization', `Bearer ${wrong}`], apiKey] }],
      ['x-api-key twice', { path: '/guarded', headers: [apiKey, apiKey] }],
      ['x-api-key twice, one empty', { path: '/guarded', headers: [['x-api-key', ''], apiKey] }],
      ['a header and the query', { path: `/query?SCENARIO_SECRET=${secret}`, headers: [apiKey] }],
      ['the query parameter twice', { path: `/query?SCENARIO_SECRET=${secret}&SCENARIO_SECRET=${secret}` }],
    ])('refuses %s as ambiguous', async (_case, wire) => {
      const { headers } = await expectRefused(wire, 400)
      expect(headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_request"')
    })

    const twoBearers = { path: '/guarded', headers: [bearer, ['authorization', `Bearer ${wrong}`] as const] }
    const oneBearerSecond = { path: '/guarded', headers: [['authorization', 'Basic YTpi'] as const, bearer] }
    const reading = seesRepeatedAuthorization ? 'ambiguous' : 'its first line, the only one that the server hands on'
    it(`takes a repeated Authorization for ${reading}`, async () => {
      const before = await countRuns()
      const statuses = [(await ask(twoBearers)).status, (await ask(oneBearerSecond)).status]
      expect(statuses).toEqual(seesRepeatedAuthorization ? [400, 400] : [200, 401])
      expect(await countRuns()).toBe(before + (seesRepeatedAuthorization ? 0 : 1))
    })

    it.each<[string, WireRequest]>([
      ['no key', { path: '/unset' }],
      ['an empty key', { path: '/unset', headers: [['x-api-key', '']] }],
      ['undefined', { path: '/unset', headers: [['x-api-key', 'undefined']] }],
      ['a key in two places', { path: '/unset', headers: [bearer, apiKey] }],
      ['the key of another route', { path: '/unset', headers: [apiKey] }],
      ['HEAD', { method: 'HEAD', path: '/unset', headers: [apiKey] }],
    ])('answers 503 to %s while the secret is unset', async (_case, wire) => {
      const { headers } = await expectRefused(wire, 503)
      expect(headers['www-authenticate']).toBeUndefined()
      expect(headers['retry-after']).toBeUndefined()
    })

    it('lets an API key in as far as its scopes and its limit go, and tells what is left', async () => {
      const allowed = asking(scenarioEnvironment.SCENARIO_API_KEY)
      const narrow = await expectRefused(asking(scenarioEnvironment.SCENARIO_NARROW_API_KEY), 403)
      expect(narrow.headers['www-authenticate']).toBe(
        'Bearer realm="api", error="insufficient_scope", scope="reports:read"',
      )
      const unknown = await expectRefused(asking(generateKey({ prefix: 'acme' })), 401)
      expect(unknown.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
      const unreadable = await expectRefused(asking(scenarioEnvironment.SCENARIO_UNREADABLE_API_KEY), 503)
      expect(unreadable.headers['retry-after']).toBe('5')

      const first = await expectHandled(allowed)
      expect(first.headers['ratelimit']).toMatch(/^"hour";r=1;t=\d+$/)
      expect(first.headers['ratelimit-policy']).toBe('"hour";q=2;w=3600')
      expect(JSON.parse(first.body)).toMatchObject(passesCaller ? { caller: { kind: 'key', owner: 'ada' } } : {})
      expect((await expectHandled(allowed)).headers['ratelimit']).toMatch(/^"hour";r=0;t=\d+$/)
      const limited = await expectRefused(allowed, 429)
      expect(limited.headers['ratelimit']).toMatch(/^"hour";r=0;t=\d+$/)
      expect(limited.headers['retry-after']).toMatch(/^[1-9]\d*$/)
      expect(limited.headers['www-authenticate']).toBeUndefined()
    })

    it('tells callers apart that come at once', async () => {
      const requests = Array.from(
        { length: 60 },
        (_item, index) => [[apiKey], [['x-api-key', wrong] as const], []][index % 3],
      )
      const before = await countRuns()
      const responses = await Promise.all(requests.map((headers = []) => ask({ path: '/guarded', headers })))
      expect(responses.map(({ status }) => status)).toEqual(
        requests.map((headers) => (headers?.[0] === apiKey ? 200 : 401)),
      )
      expect(await countRuns()).toBe(before + 20)
    })

    describe('with a signed webhook', () => {
      let number = 0
      const nextId = () => {
        number += 1
        return `msg_${name.length}_${number}`
      }
      const sign = (body: string, sentAt = new Date(), id = nextId()): WireRequest => {
        const signed = signWebhook({ id, body, secrets: [webhookSecret], sentAt })
        return { path: '/webhook', headers: [['content-type', 'application/json'], ...Object.entries(signed)], body }
      }
      const body = JSON.stringify({ type: 'report.ready', text: 'Zoë' })

      it('lets it in, and the handler reads the body', async () => {
        const response = await expectHandled(sign(body, new Date(), 'msg_once'))
        const answer: unknown = JSON.parse(response.body)
        expect(answer).toMatchObject({ body })
        expect(answer).toMatchObject(passesCaller ? { caller: { kind: 'webhook', id: 'msg_once' } } : {})
      })

      it('refuses it when the body was changed, when it is old, and without a signature', async () => {
        for (const wire of [
          { ...sign(body), body: `${body} ` },
          sign(body, new Date(Date.now() - 301_000)),
          sign(body, new Date(Date.now() + 302_000)),
          { path: '/webhook', headers: [apiKey], body },
        ]) {
          const { headers } = await expectRefused(wire, 401)
          expect(headers['www-authenticate']).toBe('StandardWebhooks realm="api"')
        }
      })

      it('refuses the same attempt a second time, and lets a new attempt in', async () => {
        const wire = sign(body, new Date(), 'msg_again')
        await expectHandled(wire)
        await expectRefused(wire, 401)
        const again = await expectHandled(sign(body, new Date(Date.now() - 5000), 'msg_again'))
        expect(JSON.parse(again.body)).toMatchObject({ body })
      })

      it('takes a body that comes in many pieces, and refuses one that is too large', async () => {
        const large = 'x'.repeat(scenarioBodyBytes)
        const response = await expectHandled(sign(large))
        expect(JSON.parse(response.body)).toMatchObject({ body: large })
        await expectRefused(sign(`${large}x`), 413)
      })
    })
  })
}
