import { randomBytes } from 'node:crypto'

import { describe, expect, expectTypeOf, it, vi } from 'vitest'

import { anyOf, type DeniedEvent, envSecret, RoutekeyError, type SecretCaller, type Verifier } from '../../index.ts'
import { type GuardContext, withKey } from './index.ts'

const secret = randomBytes(32).toString('hex')
type Handler = (request: Request, context: GuardContext<SecretCaller>) => Promise<Response>

const context = { params: Promise.resolve({}) }
const address = 'http://localhost/api/create-stripe-customer'

function guard(env: Record<string, string | undefined> = { API_ROUTE_SECRET: secret }, query = true) {
  const handler = vi.fn<Handler>(async (_request, { caller }) => Response.json({ generation: caller.generation }))
  const logger = { error: vi.fn<(message: string) => void>() }
  const onDenied = vi.fn<(event: DeniedEvent) => void>()
  const route = withKey(envSecret('API_ROUTE_SECRET', { query, env, logger }), handler, { onDenied })
  return {
    handler,
    logger,
    onDenied,
    send: (init: RequestInit = {}, search = '') =>
      route(new Request(address + search, { method: 'POST', ...init }), context),
  }
}

const throwing = () => {
  throw new Error('thrown')
}

const withHeaders = (...headers: [string, string][]): RequestInit => ({ headers })

describe('a guarded route', () => {
  it.each<[string, RequestInit, string]>([
    ['Authorization: Bearer', withHeaders(['authorization', `Bearer ${secret}`]), ''],
    ['the scheme in lower case', withHeaders(['authorization', `bearer ${secret}`]), ''],
    ['the scheme in mixed case', withHeaders(['authorization', `bEaReR ${secret}`]), ''],
    ['several spaces after the scheme', withHeaders(['authorization', `Bearer   ${secret}`]), ''],
    ['x-api-key', withHeaders(['x-api-key', secret]), ''],
    ['the header name in another case', withHeaders(['X-API-KEY', secret]), ''],
    ['the query parameter', {}, `?API_ROUTE_SECRET=${secret}`],
    ['the query parameter among others', {}, `?a=1&API_ROUTE_SECRET=${secret}&b=2`],
    [
      "a proxy's Basic credentials beside x-api-key",
      withHeaders(['authorization', 'Basic YTpi'], ['x-api-key', secret]),
      '',
    ],
    ['a header value padded with spaces, which HTTP does not carry', withHeaders(['x-api-key', ` ${secret} `]), ''],
  ])('lets %s in', async (_name, init, search) => {
    const { send, handler, onDenied } = guard()
    const response = await send(init, search)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ generation: 'current' })
    expect(handler).toHaveBeenCalledOnce()
    expect(onDenied).not.toHaveBeenCalled()
  })

  const otherCase = secret.replaceAll(/[a-f]/g, (digit) => digit.toUpperCase())
  it.each<[string, RequestInit, string, 400 | 401, string | null]>([
    ['no key', {}, '', 401, 'Bearer realm="api"'],
    ['an empty bearer token', withHeaders(['authorization', 'Bearer ']), '', 401, 'Bearer realm="api"'],
    ['an empty x-api-key', withHeaders(['x-api-key', '']), '', 401, 'Bearer realm="api"'],
    ['an empty parameter', {}, '?API_ROUTE_SECRET=', 401, 'Bearer realm="api"'],
    ['a parameter without a value', {}, '?API_ROUTE_SECRET', 401, 'Bearer realm="api"'],
    ['a cookie', withHeaders(['cookie', `API_ROUTE_SECRET=${secret}`]), '', 401, 'Bearer realm="api"'],
    ['a body', { body: `API_ROUTE_SECRET=${secret}` }, '', 401, 'Bearer realm="api"'],
    ['Basic', withHeaders(['authorization', `Basic ${secret}`]), '', 401, 'Bearer realm="api"'],
    [
      'Basic with the key as the password',
      withHeaders(['authorization', `Basic ${btoa(`:${secret}`)}`]),
      '',
      401,
      'Bearer realm="api"',
    ],
    ['the bare key', withHeaders(['authorization', secret]), '', 401, 'Bearer realm="api"'],
    [
      'a scheme that starts with Bearer',
      withHeaders(['authorization', `BearerX ${secret}`]),
      '',
      401,
      'Bearer realm="api"',
    ],
    ['a tab after the scheme', withHeaders(['authorization', `Bearer\t${secret}`]), '', 401, 'Bearer realm="api"'],
    ['a parameter of another case', {}, `?api_route_secret=${secret}`, 401, 'Bearer realm="api"'],
    ['a parameter of another name', {}, `?secret=${secret}`, 401, 'Bearer realm="api"'],
    ['an array parameter', {}, `?API_ROUTE_SECRET[]=${secret}`, 401, 'Bearer realm="api"'],
    ['the fragment', {}, `#?API_ROUTE_SECRET=${secret}`, 401, 'Bearer realm="api"'],
    ['a wrong key', withHeaders(['x-api-key', randomBytes(32).toString('hex')]), '', 401, 'invalid_token'],
    ['a prefix of the key', withHeaders(['x-api-key', secret.slice(0, -1)]), '', 401, 'invalid_token'],
    ['a suffix of the key', withHeaders(['x-api-key', secret.slice(1)]), '', 401, 'invalid_token'],
    ['the key and one character', withHeaders(['x-api-key', `${secret}0`]), '', 401, 'invalid_token'],
    ['the key in another case', withHeaders(['x-api-key', otherCase]), '', 401, 'invalid_token'],
    ['a trailing space', {}, `?API_ROUTE_SECRET=${secret}%20`, 401, 'invalid_token'],
    ['a trailing plus', {}, `?API_ROUTE_SECRET=${secret}+`, 401, 'invalid_token'],
    ['a trailing line break', {}, `?API_ROUTE_SECRET=${secret}%0A`, 401, 'invalid_token'],
    ['a trailing NUL', {}, `?API_ROUTE_SECRET=${secret}%00`, 401, 'invalid_token'],
    ['a leading space', {}, `?API_ROUTE_SECRET=%20${secret}`, 401, 'invalid_token'],
    ['a trailing no-break space', withHeaders(['x-api-key', `${secret}\u00a0`]), '', 401, 'invalid_token'],
    ['a second word', withHeaders(['authorization', `Bearer ${secret} x`]), '', 401, 'invalid_token'],
    ['quotes', withHeaders(['x-api-key', `"${secret}"`]), '', 401, 'invalid_token'],
    [
      'full-width digits',
      {},
      `?API_ROUTE_SECRET=${encodeURIComponent(secret.replaceAll('0', '０'))}%EF%BC%90`,
      401,
      'invalid_token',
    ],
    ['the key twice over', withHeaders(['x-api-key', secret + secret]), '', 401, 'invalid_token'],
    ['a comma without a space', withHeaders(['x-api-key', `${secret},${secret}`]), '', 401, 'invalid_token'],
    ['undefined', withHeaders(['x-api-key', 'undefined']), '', 401, 'invalid_token'],
    ['undefined as the parameter', {}, '?API_ROUTE_SECRET=undefined', 401, 'invalid_token'],
    ['null', withHeaders(['authorization', 'Bearer null']), '', 401, 'invalid_token'],
    ['false', withHeaders(['authorization', 'Bearer false']), '', 401, 'invalid_token'],
    ['[object Object]', withHeaders(['authorization', 'Bearer [object Object]']), '', 401, 'invalid_token'],
    ['a key of 100,000 characters', {}, `?API_ROUTE_SECRET=${secret}${'a'.repeat(100_000)}`, 401, 'invalid_token'],
    [
      'two headers',
      withHeaders(['authorization', `Bearer ${secret}`], ['x-api-key', secret]),
      '',
      400,
      'invalid_request',
    ],
    [
      'two headers, one wrong',
      withHeaders(['authorization', 'Bearer x'], ['x-api-key', secret]),
      '',
      400,
      'invalid_request',
    ],
    [
      'two headers, one empty',
      withHeaders(['authorization', `Bearer ${secret}`], ['x-api-key', '']),
      '',
      400,
      'invalid_request',
    ],
    [
      'a header and the parameter',
      withHeaders(['x-api-key', secret]),
      `?API_ROUTE_SECRET=${secret}`,
      400,
      'invalid_request',
    ],
    [
      'a header and an empty parameter',
      withHeaders(['x-api-key', secret]),
      '?API_ROUTE_SECRET',
      400,
      'invalid_request',
    ],
    ['the parameter twice', {}, `?API_ROUTE_SECRET=${secret}&API_ROUTE_SECRET=${secret}`, 400, 'invalid_request'],
    [
      'the parameter twice, one encoded',
      {},
      `?API_ROUTE_SECRET=x&API%5FROUTE_SECRET=${secret}`,
      400,
      'invalid_request',
    ],
    ['x-api-key twice', withHeaders(['x-api-key', secret], ['x-api-key', secret]), '', 400, 'invalid_request'],
    [
      'x-api-key twice, the first empty',
      withHeaders(['x-api-key', ''], ['x-api-key', secret]),
      '',
      400,
      'invalid_request',
    ],
    [
      'x-api-key twice, the second empty',
      withHeaders(['x-api-key', secret], ['x-api-key', '']),
      '',
      400,
      'invalid_request',
    ],
    ['x-api-key twice, both empty', withHeaders(['x-api-key', ''], ['x-api-key', '']), '', 400, 'invalid_request'],
    [
      'Authorization twice',
      withHeaders(['authorization', `Bearer ${secret}`], ['authorization', `Bearer ${secret}`]),
      '',
      400,
      'invalid_request',
    ],
    [
      'Basic, then Bearer',
      withHeaders(['authorization', 'Basic YTpi'], ['authorization', `Bearer ${secret}`]),
      '',
      400,
      'invalid_request',
    ],
    [
      'Bearer, then Basic',
      withHeaders(['authorization', `Bearer ${secret}`], ['authorization', 'Basic YTpi']),
      '',
      400,
      'invalid_request',
    ],
  ])('refuses %s', async (_name, init, search, status, challenge) => {
    const { send, handler, onDenied, logger } = guard()
    const response = await send(init, search)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const field = response.headers.get('www-authenticate')
    expect(field).toBe(challenge?.startsWith('Bearer') ? challenge : `Bearer realm="api", error="${challenge}"`)
    const body = await response.text()
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status })
    expect(body).not.toContain(secret.slice(0, 8))
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied).toHaveBeenCalledOnce()
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({
      method: 'POST',
      path: '/api/create-stripe-customer',
      denial: { status },
    })
    expect(logger.error).not.toHaveBeenCalled()
  })

  it('does not look at the query unless told to', async () => {
    const { send, handler } = guard({ API_ROUTE_SECRET: secret }, false)
    expect((await send({}, `?API_ROUTE_SECRET=${secret}`)).status).toBe(401)
    expect(handler).not.toHaveBeenCalled()
    expect((await send(withHeaders(['x-api-key', secret]), `?API_ROUTE_SECRET=${secret}`)).status).toBe(200)
  })

  it('keeps every answer of a route that takes the query out of caches and referrers', async () => {
    const { send } = guard()
    for (const response of [
      await send({}, `?API_ROUTE_SECRET=${secret}`),
      await send(withHeaders(['x-api-key', secret])),
      await send(),
    ]) {
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  it("leaves the handler's answer alone when the query is closed", async () => {
    const { send } = guard({ API_ROUTE_SECRET: secret }, false)
    const response = await send(withHeaders(['x-api-key', secret]))
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('referrer-policy')).toBeNull()
  })

  it('adds its headers to a response whose headers cannot be changed, and over what the handler said', async () => {
    const verifier = envSecret('API_ROUTE_SECRET', { query: true, env: { API_ROUTE_SECRET: secret } })
    const request = () => new Request(`${address}?API_ROUTE_SECRET=${secret}`)
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

  it('gives the handler the request, its parameters and the caller', async () => {
    const verifier = envSecret('API_ROUTE_SECRET', { env: { API_ROUTE_SECRET: secret } })
    const route = withKey(verifier, async (request, { caller, params }: GuardContext<SecretCaller, { id: string }>) =>
      Response.json({ caller, id: (await params).id, body: await request.text() }),
    )
    const request = new Request(address, { method: 'POST', body: 'hello', headers: { 'x-api-key': secret } })
    const response = await route(request, { params: Promise.resolve({ id: '7' }) })
    expect(await response.json()).toEqual({
      caller: { kind: 'secret', variable: 'API_ROUTE_SECRET', generation: 'current' },
      id: '7',
      body: 'hello',
    })
  })

  it('lets what the handler throws go through', async () => {
    const verifier = envSecret('API_ROUTE_SECRET', { env: { API_ROUTE_SECRET: secret } })
    const route = withKey(verifier, () => {
      throw new TypeError('the handler broke')
    })
    await expect(route(new Request(address, { headers: { 'x-api-key': secret } }), context)).rejects.toThrow(
      'the handler broke',
    )
  })

  it.each(['verify', 'onDenied'])('does not run the handler when %s throws', async (thrower) => {
    const broken: Verifier<SecretCaller> = {
      queryParameters: [],
      verify: () => {
        if (thrower === 'verify') throw new Error('thrown')
        return { ok: false, denial: { status: 401, code: 'missing_key' } }
      },
    }
    const handler = vi.fn<Handler>()
    await expect(withKey(broken, handler, { onDenied: throwing })(new Request(address), context)).rejects.toThrow(
      'thrown',
    )
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('a route whose secret is not fit', () => {
  const requests: [RequestInit, string][] = [
    [{}, ''],
    [withHeaders(['x-api-key', '']), ''],
    [withHeaders(['x-api-key', 'undefined']), ''],
    [withHeaders(['authorization', 'Bearer changeme']), ''],
    [withHeaders(['authorization', 'Bearer changeme'], ['x-api-key', 'changeme']), ''],
    [{}, '?API_ROUTE_SECRET='],
    [{}, '?API_ROUTE_SECRET=undefined'],
    [{}, '?API_ROUTE_SECRET=changeme'],
    [withHeaders(['x-api-key', secret]), ''],
  ]

  it.each<[string, Record<string, string>, string]>([
    ['unset', {}, 'secret_unset'],
    ['empty', { API_ROUTE_SECRET: '' }, 'secret_unset'],
    ['changeme', { API_ROUTE_SECRET: 'changeme' }, 'secret_weak'],
    ['undefined', { API_ROUTE_SECRET: 'undefined' }, 'secret_weak'],
    ['long and monotonous', { API_ROUTE_SECRET: 'a'.repeat(64) }, 'secret_weak'],
    ['a strong one with a line break', { API_ROUTE_SECRET: `${secret}\n` }, 'secret_unusable'],
    ['blank', { API_ROUTE_SECRET: '   ' }, 'secret_unusable'],
    ['unset, with a former one', { API_ROUTE_SECRET_PREVIOUS: secret }, 'secret_unset'],
  ])('answers 503 to everything when it is %s, and says so once', async (_name, env, code) => {
    const { send, handler, logger, onDenied } = guard(env)
    for (const [init, search] of requests) {
      const response = await send(init, search)
      expect(response.status).toBe(503)
      expect(response.headers.get('www-authenticate')).toBeNull()
      expect(response.headers.get('retry-after')).toBeNull()
      expect(await response.text()).not.toContain('API_ROUTE_SECRET')
    }
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied).toHaveBeenCalledTimes(requests.length)
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({ denial: { status: 503, code, variable: 'API_ROUTE_SECRET' } })
    expect(logger.error).toHaveBeenCalledOnce()
    const [line] = logger.error.mock.calls[0]!
    expect(line).toContain('API_ROUTE_SECRET')
    expect(line).toContain('npx routekey generate API_ROUTE_SECRET')
    expect(line).not.toContain('\n')
    expect(line).not.toContain(secret)
  })
})

describe('types', () => {
  it('narrow the caller by the verifier', () => {
    const other: Verifier<{ kind: 'other'; id: number }> = {
      queryParameters: [],
      verify: () => ({ ok: true, caller: { kind: 'other', id: 1 } }),
    }
    withKey(anyOf(envSecret('A_SECRET'), other), (_request, { caller }) => {
      expectTypeOf(caller).toEqualTypeOf<SecretCaller | { kind: 'other'; id: number }>()
      return new Response()
    })
    withKey(other, (request, { caller, params }) => {
      expectTypeOf(caller.id).toEqualTypeOf<number>()
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(params).resolves.toEqualTypeOf<Record<string, string | string[] | undefined>>()
      return new Response()
    })
    expect(() => anyOf()).toThrow(RoutekeyError)
  })

  it("fit what Next.js's generated types ask of a route handler", () => {
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
