import { randomBytes } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { generateKey } from '../../../src/index.ts'
import { generateWebhookSecret, signWebhook } from '../../../src/webhooks/index.ts'
import { type WireRequest, type WireResponse, send, sendPart } from './send.ts'

/** The environment of every scenario server. It does not set `SCENARIO_UNSET`. */
export const scenarioEnvironment = {
  SCENARIO_SECRET: randomBytes(32).toString('hex'),
  SCENARIO_WEBHOOK: generateWebhookSecret(),
  SCENARIO_API_KEY: generateKey({ prefix: 'acme' }),
  SCENARIO_NARROW_API_KEY: generateKey({ prefix: 'acme' }),
  SCENARIO_UNREADABLE_API_KEY: generateKey({ prefix: 'acme' }),
}

/** The largest webhook body that the scenario servers accept. */
export const scenarioBodyBytes = 64 * 1024

/**
 * A server under test. It serves these paths, for every method:
 * - `/guarded`: `envSecret('SCENARIO_SECRET')`
 * - `/query`: the same with `query: true`
 * - `/unset`: `envSecret('SCENARIO_UNSET')`
 * - `/webhook`: `envWebhook('SCENARIO_WEBHOOK')` with a replay store and `maxBodyBytes` of `scenarioBodyBytes`
 * - `/keyed`: a keyring that requires the scope `reports:read` and accepts two requests. `SCENARIO_API_KEY` has the scope,
 *   `SCENARIO_NARROW_API_KEY` does not, and the store fails for `SCENARIO_UNREADABLE_API_KEY`
 * - `/runs`, without a guard: how many times a handler ran, as text
 *
 * Each handler responds with 200, `Cache-Control: public` and JSON `{ caller, body }`.
 */
export interface ScenarioServer {
  readonly origin: string
  /** Sends a request to it. Default: with HTTP/1. */
  readonly send?: (wire: WireRequest) => Promise<WireResponse>
  /** The path before `/guarded`, such as `/api`. */
  readonly base: string
  readonly stop: () => Promise<void>
}

/** The differences between adapters. */
export interface AdapterTraits {
  /** Whether the guard sees a second `Authorization` header. Some servers drop it. */
  readonly seesRepeatedAuthorization: boolean
  /** Whether the handler gets the caller. Default true. */
  readonly passesCaller?: boolean
  /** Whether its requests come over a connection of HTTP/1, which a client can cut. Default true. */
  readonly isHttp1?: boolean
  /** Why the adapter cannot be tested here. Default null. */
  readonly obstacle?: string | null
}

const { SCENARIO_SECRET: secret, SCENARIO_WEBHOOK: webhookSecret } = scenarioEnvironment
const wrong = randomBytes(32).toString('hex')
const bearer = ['authorization', `Bearer ${secret}`] as const
const apiKey = ['x-api-key', secret] as const
const withBearer = (key: string): WireRequest => ({ path: '/keyed', headers: [['authorization', `Bearer ${key}`]] })

/**
 * Proves over real HTTP that an adapter is wired up: that it passes on what the guard needs, and that the handler runs only for
 * accepted requests. The rules themselves are proven in the unit tests of the guard.
 */
export function adapterScenarios(name: string, start: () => Promise<ScenarioServer>, traits: AdapterTraits): void {
  const { seesRepeatedAuthorization, passesCaller = true, isHttp1 = true, obstacle = null } = traits

  describe.skipIf(obstacle !== null)(`the adapter ${name}${obstacle === null ? '' : ` (${obstacle})`}`, () => {
    let server: ScenarioServer
    beforeAll(async () => {
      server = await start()
    })
    afterAll(async () => {
      await server.stop()
    })

    const ask = (wire: WireRequest) => {
      const { origin, base, send: sendOwn = (request: WireRequest) => send(origin, request) } = server
      return sendOwn({ ...wire, path: base + wire.path })
    }
    const countRuns = async () => Number((await ask({ method: 'GET', path: '/runs' })).body)

    async function expectHandled(wire: WireRequest): Promise<WireResponse> {
      const before = await countRuns()
      const response = await ask(wire)
      expect(response.status).toBe(200)
      expect(await countRuns()).toBe(before + 1)
      return response
    }

    async function expectRefused(wire: WireRequest, status: number): Promise<WireResponse> {
      const before = await countRuns()
      const response = await ask(wire)
      expect(response.status).toBe(status)
      expect(await countRuns()).toBe(before)
      expect(response.headers['content-type']).toBe('application/problem+json')
      expect(response.headers['cache-control']).toBe('private, no-store')
      expect(response.headers['referrer-policy']).toBe('no-referrer')
      const problem = new RegExp(`^\\{"type":"about:blank",.*"status":${status},`)
      expect(response.body).toMatch(wire.method === 'HEAD' ? /^$/ : problem)
      return response
    }

    const currentCaller = { kind: 'secret', variable: 'SCENARIO_SECRET', generation: 'current' }

    it.each<[string, WireRequest]>([
      ['Authorization: Bearer', { path: '/guarded', headers: [['AUTHORIZATION', `bEARER ${secret}`]] }],
      ["x-api-key beside a proxy's Basic", { path: '/guarded', headers: [['authorization', 'Basic YTpi'], apiKey] }],
      ['the query parameter', { path: `/query?a=1&SCENARIO_SECRET=${secret}&b=%zz` }],
      ['GET', { method: 'GET', path: '/guarded', headers: [apiKey] }],
      ['PUT', { method: 'PUT', path: '/guarded', headers: [apiKey] }],
      ['DELETE', { method: 'DELETE', path: '/guarded', headers: [apiKey] }],
      ['OPTIONS', { method: 'OPTIONS', path: '/guarded', headers: [apiKey] }],
    ])('accepts a key with %s', async (_case, wire) => {
      const { body } = await expectHandled(wire)
      expect(JSON.parse(body)).toMatchObject(passesCaller ? { caller: currentCaller } : {})
      expect(body).not.toContain(secret)
    })

    it('accepts a key with HEAD, and sends no body', async () => {
      const response = await expectHandled({ method: 'HEAD', path: '/guarded', headers: [apiKey] })
      expect(response.body).toBe('')
    })

    it('passes the body to the handler unchanged', async () => {
      const body = JSON.stringify({ text: 'Zoë \u0000 €', padding: 'x'.repeat(100_000) })
      const headers = [apiKey, ['content-type', 'text/plain; charset=utf-8'] as const]
      const response = await expectHandled({ path: '/guarded', headers, body })
      expect(JSON.parse(response.body)).toMatchObject({ body })
    })

    it("replaces the handler's headers only on a route that reads the query", async () => {
      const closed = await expectHandled({ path: '/guarded', headers: [apiKey] })
      expect(closed.headers['cache-control']).toBe('public')
      expect(closed.headers.vary?.split(', ')).toEqual(expect.arrayContaining(['authorization', 'x-api-key']))
      expect(closed.headers['referrer-policy']).toBeUndefined()
      const open = await expectHandled({ path: '/query', headers: [apiKey] })
      expect(open.headers['cache-control']).toBe('private, no-store')
      expect(open.headers['referrer-policy']).toBe('no-referrer')
    })

    const preflight = [['origin', 'https://a.example'] as const, ['access-control-request-method', 'POST'] as const]
    it.each<[string, WireRequest, number]>([
      ['no key', { path: '/guarded' }, 401],
      ['no key with HEAD', { method: 'HEAD', path: '/guarded' }, 401],
      ['a preflight request', { method: 'OPTIONS', path: '/guarded', headers: preflight }, 401],
      ['no key with a large body', { path: '/guarded', body: 'x'.repeat(1_000_000) }, 401],
      ['the query parameter if the route does not read it', { path: `/guarded?SCENARIO_SECRET=${secret}` }, 401],
      ['a wrong key', { path: '/guarded', headers: [['x-api-key', wrong]] }, 401],
      ['a no-break space after the key', { path: '/guarded', headers: [['x-api-key', `${secret}\u00a0`]] }, 401],
      ['a query parameter that is not UTF-8', { path: '/query?SCENARIO_SECRET=%ff%zz' }, 401],
      ['both headers', { path: '/guarded', headers: [bearer, apiKey] }, 400],
      ['x-api-key twice', { path: '/guarded', headers: [apiKey, apiKey] }, 400],
      ['x-api-key twice, once empty', { path: '/guarded', headers: [['x-api-key', ''], apiKey] }, 400],
      ['the query parameter twice', { path: `/query?SCENARIO_SECRET=${secret}&SCENARIO_SECRET=${secret}` }, 400],
      ['any key if the secret is unset', { path: '/unset', headers: [apiKey] }, 503],
    ])('refuses %s', async (_case, wire, status) => {
      const { headers } = await expectRefused(wire, status)
      expect('www-authenticate' in headers).toBe(status !== 503)
    })

    const reaction = seesRepeatedAuthorization ? 'refuses a repeated' : 'reads only the first'
    it(`${reaction} Authorization header`, async () => {
      const before = await countRuns()
      const first = await ask({ path: '/guarded', headers: [bearer, ['authorization', `Bearer ${wrong}`]] })
      const second = await ask({ path: '/guarded', headers: [['authorization', 'Basic YTpi'], bearer] })
      expect([first.status, second.status]).toEqual(seesRepeatedAuthorization ? [400, 400] : [200, 401])
      expect(await countRuns()).toBe(before + (seesRepeatedAuthorization ? 0 : 1))
    })

    it('accepts an API key within its scopes and its limit, and sends the rest of the limit', async () => {
      const allowed = withBearer(scenarioEnvironment.SCENARIO_API_KEY)
      const narrow = await expectRefused(withBearer(scenarioEnvironment.SCENARIO_NARROW_API_KEY), 403)
      expect(narrow.headers['www-authenticate']).toBe(
        'Bearer realm="api", error="insufficient_scope", scope="reports:read"',
      )
      const unknown = await expectRefused(withBearer(generateKey({ prefix: 'acme' })), 401)
      expect(unknown.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
      const unreadable = await expectRefused(withBearer(scenarioEnvironment.SCENARIO_UNREADABLE_API_KEY), 503)
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

    it('decides correctly about requests that come at the same time', async () => {
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

      it('accepts it, and the handler reads the body', async () => {
        const response = await expectHandled(sign(body, new Date(), 'msg_once'))
        const answer: unknown = JSON.parse(response.body)
        expect(answer).toMatchObject({ body })
        expect(answer).toMatchObject(passesCaller ? { caller: { kind: 'webhook', id: 'msg_once' } } : {})
      })

      it('accepts it in chunks, and without a body', async () => {
        const { headers = [] } = sign(body)
        const chunked = await expectHandled({ path: '/webhook', headers, chunks: [body.slice(0, 5), body.slice(5)] })
        expect(JSON.parse(chunked.body)).toMatchObject({ body })
        const empty = await expectHandled({ ...sign(''), chunks: [] })
        expect(JSON.parse(empty.body)).not.toMatchObject({ body: expect.stringMatching(/./) })
        await expectRefused({ path: '/webhook', headers: sign(body).headers ?? [], chunks: [body, ' '] }, 401)
      })

      it.each(isHttp1 ? ['', body.slice(0, 5)] : [])('survives a client that disconnects after %j', async (part) => {
        const before = await countRuns()
        const wire = sign(body)
        const next = { method: 'GET', path: `${server.base}/runs` }
        await sendPart(server.origin, next, { ...wire, path: server.base + wire.path, body: part })
        expect(await countRuns()).toBe(before)
        await expectHandled(sign(body))
      })

      it('refuses it if the body was changed or the signature is missing', async () => {
        for (const wire of [
          { ...sign(body), body: `${body} ` },
          { path: '/webhook', headers: [apiKey], body },
        ]) {
          const { headers } = await expectRefused(wire, 401)
          expect(headers['www-authenticate']).toBe('StandardWebhooks realm="api"')
        }
      })

      it('refuses the same attempt a second time, and accepts a new attempt', async () => {
        const wire = sign(body, new Date(), 'msg_again')
        await expectHandled(wire)
        await expectRefused(wire, 401)
        const again = await expectHandled(sign(body, new Date(Date.now() - 5000), 'msg_again'))
        expect(JSON.parse(again.body)).toMatchObject({ body })
      })

      it('accepts a large body, and refuses one that is too large', async () => {
        const large = 'x'.repeat(scenarioBodyBytes)
        const response = await expectHandled(sign(large))
        expect(JSON.parse(response.body)).toMatchObject({ body: large })
        await expectRefused(sign(`${large}x`), 413)
      })
    })
  })
}
