import { randomBytes } from 'node:crypto'

import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import {
  anyOf,
  denialResponse,
  type DeniedEvent,
  envSecret,
  type EnvSecretOptions,
  type GuardOptions,
  type SecretCaller,
  type Verifier,
} from '../../index.ts'
import { type GuardContext, withKey } from './index.ts'

const secret = randomBytes(32).toString('hex')
type Handler = (request: Request, context: GuardContext<SecretCaller>) => Promise<Response>

const context = { params: Promise.resolve({}) }
const address = 'http://localhost/api/create-stripe-customer'
const keyed = { headers: { 'x-api-key': secret } }

function guard(env: Record<string, string> = { S: secret }, query = true) {
  const handler = vi.fn<Handler>(async (_request, { caller }) => Response.json({ generation: caller.generation }))
  const onDenied = vi.fn<(event: DeniedEvent) => void>()
  const logger = { error: () => undefined }
  const route = withKey(envSecret('S', { query, env, logger }), handler, { onDenied })
  return {
    handler,
    onDenied,
    send: (init: RequestInit = {}, search = '') =>
      route(new Request(address + search, { method: 'POST', ...init }), context),
  }
}

const throwing = () => {
  throw new Error('thrown')
}

describe('a guarded route', () => {
  it.each<[string, RequestInit, string]>([
    ['a header', keyed, ''],
    ['the query', {}, `?S=${secret}`],
  ])('runs its handler for a key in %s', async (_case, init, search) => {
    const { send, handler, onDenied } = guard()
    const response = await send(init, search)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ generation: 'current' })
    expect(handler).toHaveBeenCalledOnce()
    expect(onDenied).not.toHaveBeenCalled()
  })

  it.each<[string, RequestInit, Record<string, string> | undefined, number, string]>([
    ['no key', {}, undefined, 401, 'missing_key'],
    ['an invalid key', { headers: { 'x-api-key': `${secret}0` } }, undefined, 401, 'invalid_key'],
    [
      'a key in two places',
      { headers: { 'x-api-key': secret, authorization: `Bearer ${secret}` } },
      undefined,
      400,
      'ambiguous_key',
    ],
    ['any key if the secret is unset', keyed, {}, 503, 'secret_unset'],
  ])('refuses %s, and does not run its handler', async (_case, init, env, status, code) => {
    const { send, handler, onDenied } = guard(env)
    const response = await send(init)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.text()).not.toContain(secret.slice(0, 8))
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls).toEqual([
      [expect.objectContaining({ method: 'POST', path: '/api/create-stripe-customer' })],
    ])
    expect(onDenied.mock.calls[0]?.[0].denial).toMatchObject({ status, code })
  })

  it('keeps all responses out of caches and referrers if it reads the query', async () => {
    const { send } = guard()
    for (const response of [await send({}, `?S=${secret}`), await send(keyed), await send()]) {
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  it('lets no shared cache give one response to another caller, unless the handler says so', async () => {
    const verifier = envSecret('S', { env: { S: secret } })
    const respond = async (headers: Record<string, string>) =>
      (await withKey(verifier, () => new Response('in', { headers }))(new Request(address, keyed), context)).headers
    const silent = await respond({})
    expect([silent.get('cache-control'), silent.get('vary')]).toEqual(['private', 'authorization, x-api-key'])
    expect(silent.get('referrer-policy')).toBeNull()
    const explicit = await respond({ 'cache-control': 'public, max-age=60', vary: 'Accept-Encoding,  X-Api-Key' })
    expect(explicit.get('cache-control')).toBe('public, max-age=60')
    expect(explicit.get('vary')).toBe('accept-encoding, x-api-key, authorization')
    expect((await respond({ vary: '*' })).get('vary')).toContain('*')
  })

  it('lists the headers that the verifier reads in Vary, and none for a key in the query alone', async () => {
    const vary = async (options: EnvSecretOptions, init: RequestInit, search = '') => {
      const verifier = envSecret('S', { env: { S: secret }, ...options })
      const response = await withKey(verifier, () => new Response('in'))(new Request(address + search, init), context)
      expect(response.status).toBe(200)
      return response.headers.get('vary')
    }
    const bearer = { headers: { authorization: `Api-Key ${secret}` } }
    expect(await vary({ from: ['apikey'] }, { headers: { apikey: secret } })).toBe('apikey')
    expect(await vary({ from: ['Authorization: Api-Key'] }, bearer)).toBe('authorization')
    expect(await vary({ from: [], query: true }, {}, `?S=${secret}`)).toBeNull()
  })

  it('leaves the response to an upgrade as it is, because no copy can be made of it', async () => {
    const upgraded = Object.defineProperty(new Response(), 'status', { value: 101 })
    const route = withKey(envSecret('S', { env: { S: secret } }), () => upgraded)
    expect(await route(new Request(address, keyed), context)).toBe(upgraded)
  })

  it('replaces headers of the handler, also in a response with immutable headers', async () => {
    const verifier = envSecret('S', { query: true, env: { S: secret } })
    const request = () => new Request(`${address}?S=${secret}`)
    const redirect = await withKey(verifier, () => Response.redirect('http://localhost/there', 303))(request(), context)
    expect(redirect.status).toBe(303)
    expect(redirect.headers.get('location')).toBe('http://localhost/there')
    expect(redirect.headers.get('referrer-policy')).toBe('no-referrer')
    const cached = await withKey(
      verifier,
      () => new Response(null, { status: 204, headers: { 'cache-control': 'public' } }),
    )(request(), context)
    expect(cached.status).toBe(204)
    expect(cached.headers.get('cache-control')).toBe('private, no-store')
  })

  it('passes the request, its parameters and the caller to the handler', async () => {
    const verifier = envSecret('S', { env: { S: secret } })
    const route = withKey(verifier, async (request, { caller, params }: GuardContext<SecretCaller, { id: string }>) =>
      Response.json({ caller, id: (await params).id, body: await request.text() }),
    )
    const request = new Request(address, { method: 'POST', body: 'hello', ...keyed })
    const response = await route(request, { params: Promise.resolve({ id: '7' }) })
    expect(await response.json()).toEqual({
      caller: { kind: 'secret', variable: 'S', generation: 'current' },
      id: '7',
      body: 'hello',
    })
  })

  it('rejects with the error of the handler', async () => {
    const route = withKey(envSecret('S', { env: { S: secret } }), () => {
      throw new TypeError('the handler broke')
    })
    await expect(route(new Request(address, keyed), context)).rejects.toThrow('the handler broke')
  })

  it('does not run its handler if verify throws', async () => {
    const broken: Verifier<SecretCaller> = { verify: throwing }
    const handler = vi.fn<Handler>()
    await expect(withKey(broken, handler)(new Request(address), context)).rejects.toThrow('thrown')
    expect(handler).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown]>([
    ['throws', throwing],
    ['rejects', async () => Promise.reject(new Error('thrown'))],
    // oxlint-disable-next-line prefer-promise-reject-errors -- a hook may reject with anything
    ['rejects without a reason', async () => Promise.reject()],
  ])('sends the refusal, and logs why, if onDenied %s', async (_case, onDenied) => {
    const logger = { error: vi.fn<(message: string) => void>() }
    const route = withKey(envSecret('S', { env: { S: secret } }), throwing, { onDenied, logger })
    expect((await route(new Request(address), context)).status).toBe(401)
    expect(logger.error.mock.calls).toEqual([[expect.stringMatching(/^routekey: onDenied failed: /)]])
  })

  it('waits for onDenied', async () => {
    const steps: string[] = []
    const onDenied = async () => {
      await Promise.resolve()
      steps.push('denied')
    }
    await withKey(envSecret('S', { env: { S: secret } }), throwing, { onDenied })(new Request(address), context)
    expect(steps).toEqual(['denied'])
  })
})

describe('respond', () => {
  const refused = async (respond: NonNullable<GuardOptions['respond']>) => {
    const logger = { error: vi.fn<(message: string) => void>() }
    const route = withKey(envSecret('S', { env: { S: secret } }), throwing, { respond, logger })
    const response = await route(new Request(`${address}?a=b`, { headers: { origin: 'https://a.example' } }), context)
    return { response, logger }
  }

  it('makes the response to a refused request, which stays out of caches', async () => {
    const { response, logger } = await refused(async (denial, request) =>
      Response.json(
        { error: denial.code },
        { status: denial.status, headers: { 'access-control-allow-origin': request.headers.get('origin') ?? '' } },
      ),
    )
    expect([response.status, await response.json()]).toEqual([401, { error: 'missing_key' }])
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': 'https://a.example',
      'cache-control': 'private, no-store',
      'content-type': 'application/json',
      'referrer-policy': 'no-referrer',
    })
    expect(logger.error).not.toHaveBeenCalled()
  })

  it('can add to the standard response, redirect, and set the headers itself', async () => {
    const { response: extended } = await refused((denial) => {
      const standard = denialResponse(denial)
      standard.headers.set('x-request-id', '7')
      return standard
    })
    expect([extended.headers.get('x-request-id'), extended.headers.get('www-authenticate')]).toEqual([
      '7',
      'Bearer realm="api"',
    ])
    const { response: redirect } = await refused(() => Response.redirect('http://localhost/login', 303))
    expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([303, 'private, no-store'])
    const { response: own } = await refused(() => new Response(null, { headers: { 'cache-control': 'no-cache' } }))
    expect(own.headers.get('cache-control')).toBe('no-cache')
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['throws', throwing],
    ['rejects', async () => Promise.reject(new Error('thrown'))],
    ['returns nothing', () => Reflect.get({}, 'nothing')],
    [
      'returns a response whose body is used',
      async () => {
        const used = new Response('x')
        await used.text()
        return used
      },
    ],
  ])('sends the standard response, and logs why, if it %s', async (_case, respond) => {
    const { response, logger } = await refused(respond)
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(logger.error.mock.calls).toEqual([[expect.stringMatching(/^routekey: respond failed: /)]])
  })
})

describe('the types', () => {
  it('narrow the caller by the verifier', () => {
    const other: Verifier<{ kind: 'other'; id: number }> = {
      verify: () => ({ ok: true, caller: { kind: 'other', id: 1 } }),
    }
    withKey(anyOf(envSecret('A_SECRET'), other), (_request, { caller }) => {
      expectTypeOf(caller).toEqualTypeOf<SecretCaller | { kind: 'other'; id: number }>()
      return new Response()
    })
    const route = withKey(other, (request, { caller, params }) => {
      expectTypeOf(caller.id).toEqualTypeOf<number>()
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(params).resolves.toEqualTypeOf<Record<string, string | string[] | undefined>>()
      return new Response()
    })
    expect(route).toHaveLength(2)
  })

  it('match the types that Next.js generates for route handlers', () => {
    interface NextRequest extends Request {
      readonly nextUrl: URL
    }
    type RouteHandler<Params> = (
      request: NextRequest,
      context: { params: Promise<Params> },
    ) => Promise<Response | void> | Response | void
    const verifier = envSecret('A_SECRET')
    expectTypeOf(withKey(verifier, () => new Response())).toExtend<RouteHandler<{}>>()
    expectTypeOf(withKey(verifier, () => new Response())).toExtend<RouteHandler<{ id: string; rest?: string[] }>>()
    expectTypeOf(
      withKey(verifier, (request: NextRequest, { params }: GuardContext<SecretCaller, { id: string }>) =>
        Response.json([request.nextUrl, params]),
      ),
    ).toExtend<RouteHandler<{ id: string }>>()
  })
})
