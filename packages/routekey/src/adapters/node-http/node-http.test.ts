import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, describe, expect, it, vi } from 'vitest'

import type { DeniedEvent, Verifier } from '../../index.ts'
import { requireKey, withKey } from '../node/index.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<number> {
  const server = createServer((request, response) => void listener(request, response))
  closers.push(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address: string | AddressInfo | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}

async function sendRaw(port: number, lines: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(lines, 'latin1')
  return text(socket)
}

const open: Verifier<'anyone'> = { queryParameters: [], verify: () => ({ ok: true, caller: 'anyone' }) }
const closed: Verifier<never> = {
  queryParameters: [],
  verify: () => ({ ok: false, denial: { status: 401, code: 'missing_key' } }),
}

const see = async (lines: string) => {
  const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
  const guarded = withKey({ queryParameters: [], verify }, (_request, response) => response.end())
  const port = await serve(guarded)
  await sendRaw(port, lines.replaceAll('\n', '\r\n'))
  const seen = verify.mock.calls[0]?.[0].request
  return { url: seen?.url, method: seen?.method, headers: seen?.headers }
}

describe('the request that a verifier sees', () => {
  it.each([
    ['/a?b=c', 'example.org', 'http://example.org/a?b=c'],
    ['/a', 'example.org:8080', 'http://example.org:8080/a'],
    ['/a', '[::1]:8080', 'http://[::1]:8080/a'],
    ['//evil.example/a', 'example.org', 'http://example.org//evil.example/a'],
    ['http://evil.example/a?b=c', 'example.org', 'http://example.org/a?b=c'],
    ['http://user:password@evil.example/a', 'example.org', 'http://example.org/a'],
    ['/a', 'user:password@example.org', 'http://localhost/a'],
    ['/a', 'example.org/x?y=', 'http://localhost/a'],
    ['/a', 'example.org:99999', 'http://localhost/a'],
    ['/a', '', 'http://localhost/a'],
    ['/%zz', 'example.org', 'http://example.org/%zz'],
  ])('has the address of %s at host %j', async (target, host, url) => {
    expect(await see(`GET ${target} HTTP/1.1\nHost: ${host}\nConnection: close\n\n`)).toMatchObject({
      url,
      method: 'GET',
    })
  })

  it('stands for OPTIONS * and for TRACE, which Fetch knows not', async () => {
    expect(await see('OPTIONS * HTTP/1.1\nHost: a\nConnection: close\n\n')).toMatchObject({
      url: 'http://a/*',
      method: 'OPTIONS',
    })
    expect(await see('TRACE / HTTP/1.1\nHost: a\nConnection: close\n\n')).toMatchObject({ method: 'TRACE' })
  })

  it('has every Authorization, and the others as Node joins them', async () => {
    const { headers } = await see(
      'GET / HTTP/1.1\nHost: a\nAuthorization: Bearer 1\nAUTHORIZATION: Bearer 2\nX-Api-Key: 3\nx-api-key: 4\nConnection: close\n\n',
    )
    expect(headers?.get('authorization')).toBe('Bearer 1, Bearer 2')
    expect(headers?.get('x-api-key')).toBe('3, 4')
  })

  it('has the address that Express had before a mount path was taken off', async () => {
    const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
    const guard = withKey({ queryParameters: [], verify }, (_request, response) => response.end())
    const port = await serve((request, response) =>
      guard(Object.assign(request, { originalUrl: '/mounted/a' }), response),
    )
    await sendRaw(port, 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(verify.mock.calls[0]?.[0].request.url).toBe('http://a/mounted/a')
  })

  it('does not bring back an Authorization that something before the guard took off', async () => {
    const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
    const guard = withKey({ queryParameters: [], verify }, (_request, response) => response.end())
    const port = await serve((request, response) => {
      delete request.headers.authorization
      return guard(request, response)
    })
    await sendRaw(
      port,
      'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer 1\r\nAuthorization: Bearer 2\r\nConnection: close\r\n\r\n',
    )
    expect(verify.mock.calls[0]?.[0].request.headers.get('authorization')).toBeNull()
  })
})

const reading = (count = 1): Verifier<number> => ({
  queryParameters: [],
  async verify({ request }) {
    let length = 0
    for (let index = 0; index < count; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one reading after the other is what is tested
      length = (await request.clone().text()).length
    }
    return { ok: true, caller: length }
  },
})

const echo = async (verifier: Verifier<unknown>) =>
  serve(
    withKey(verifier, async (request, response, { caller }) =>
      response.end(`${String(caller)}:${await text(request)}`),
    ),
  )

async function post(port: number, chunks: readonly string[], waitMs = 0): Promise<string> {
  const outgoing = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent: false })
  for (const chunk of chunks) {
    outgoing.write(chunk)
    // oxlint-disable-next-line no-await-in-loop -- the pieces must arrive apart
    if (waitMs > 0) await sleep(waitMs)
  }
  outgoing.end()
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new Error('There was no response')
  return text(incoming)
}

describe('the body', () => {
  it.each<[string, string[], number]>([
    ['empty', [], 0],
    ['in one piece', ['hello'], 0],
    ['in pieces that come apart', ['hel', 'lo ', 'wor', 'ld'], 5],
    ['large', Array.from({ length: 64 }, () => 'x'.repeat(65_536)), 0],
  ])('is whole for the verifier and for the handler when it is %s', async (_case, chunks, waitMs) => {
    const body = chunks.join('')
    expect(await post(await echo(reading()), chunks, waitMs)).toBe(`${body.length}:${body}`)
    expect(await post(await echo(reading(3)), chunks, waitMs)).toBe(`${body.length}:${body}`)
  })

  it('is left alone by a verifier that does not read it', async () => {
    expect(await post(await echo(open), ['hello'])).toBe('anyone:hello')
  })

  it('is whole when a verifier reads a part of it', async () => {
    const peeking: Verifier<string> = {
      queryParameters: [],
      async verify({ request }) {
        const { value } = (await request.body?.getReader().read()) ?? {}
        return { ok: true, caller: String(value?.length) }
      },
    }
    expect(await post(await echo(peeking), ['hel', 'lo'], 5)).toBe('3:hello')
  })

  it('is whole when it has arrived before a verifier reads it, and the verifier takes its time', async () => {
    const slow: Verifier<null> = {
      queryParameters: [],
      async verify({ request }) {
        await sleep(20)
        const reader = request.body?.getReader()
        await reader?.read()
        await sleep(20)
        await reader?.read()
        return { ok: true, caller: null }
      },
    }
    const port = await serve(withKey(slow, async (request, response) => response.end(await text(request))))
    const reply = await sendRaw(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello',
    )
    expect(reply).toMatch(/^HTTP\/1\.1 200 .*hello$/s)
  })

  it('can be read behind two guards that both read it', async () => {
    const inner = withKey(reading(), async (request, response) => response.end(await text(request)))
    const outer = requireKey(reading())
    const port = await serve((request, response) => outer(request, response, () => void inner(request, response)))
    expect(await post(port, ['hel', 'lo'], 5)).toBe('hello')
  })

  it('is taken from where a parser has put it as text or bytes', async () => {
    for (const body of ['hello', Buffer.from('hello')]) {
      const guard = withKey(reading(), (_request, response, { caller }) => response.end(String(caller)))
      // oxlint-disable-next-line no-await-in-loop -- two servers, one after the other
      const port = await serve(async (request, response) => {
        request.resume()
        await once(request, 'end')
        await guard(Object.assign(request, { body }), response)
      })
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect(await post(port, ['hello'])).toBe('5')
    }
  })

  it.each<[string, (request: IncomingMessage) => unknown]>([
    ['read', async (request) => text(request)],
    ['made text', (request) => request.setEncoding('utf8')],
  ])('makes the guard throw, and the handler not run, when it was %s before', async (_case, spoil) => {
    const next = vi.fn<(error?: Error) => void>()
    const guard = requireKey(reading())
    const port = await serve(async (request, response) => {
      await spoil(request)
      await guard(request, response, (error) => {
        next(error)
        response.end()
      })
    })
    await post(port, ['hello'])
    expect(next.mock.calls).toEqual([[expect.objectContaining({ code: 'ERR_REQUEST_BODY' })]])
  })

  it('ends nothing but its own request when the sender hangs up in the middle', async () => {
    const handler = vi.fn<() => void>()
    const settled = vi.fn<() => void>()
    const guard = withKey(reading(), handler)
    const port = await serve(async (request, response) => guard(request, response).then(settled))
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello')
    await sleep(50)
    socket.destroy()
    await vi.waitFor(() => expect(settled).toHaveBeenCalledOnce())
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('the response', () => {
  const pinning: Verifier<null> = {
    queryParameters: ['key'],
    verify: () => ({ ok: true, caller: null, headers: { ratelimit: '"a";r=1;t=1' } }),
  }
  const answer = async (handler: (response: ServerResponse) => unknown) => {
    const port = await serve(withKey(pinning, (_request, response) => handler(response)))
    return fetch(`http://127.0.0.1:${port}/`)
  }

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['setHeader', (response) => response.setHeader('Cache-Control', 'public').end('x')],
    [
      'writeHead with an object',
      (response) => response.writeHead(200, { 'Cache-Control': 'public', 'x-own': '1' }).end('x'),
    ],
    [
      'writeHead with a list',
      (response) => response.writeHead(200, ['Cache-Control', 'public', 'x-own', '1']).end('x'),
    ],
    ['writeHead with a reason', (response) => response.writeHead(200, 'Fine', { 'cache-control': 'public' }).end('x')],
    ['writeHead with a reason alone', (response) => response.writeHead(200, 'Fine').end('x')],
    [
      'flushHeaders',
      (response) => {
        response.flushHeaders()
        response.end('x')
      },
    ],
    ['nothing but a body', (response) => response.end('x')],
  ])('has what the guard asks for, although the handler uses %s', async (_case, handler) => {
    const { status, headers } = await answer(handler)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('ratelimit')).toBe('"a";r=1;t=1')
  })

  it("keeps the handler's status, reason and other headers", async () => {
    const { status, statusText, headers } = await answer((response) =>
      response.writeHead(202, 'Taken', { 'cache-control': 'public', 'x-own': '1' }).end(),
    )
    expect([status, statusText, headers.get('x-own')]).toEqual([202, 'Taken', '1'])
  })
})

describe('requireKey', () => {
  it('knows callers of the requests that it let in, and no others', async () => {
    const guard = requireKey(open)
    const stranger = requireKey(open)
    const port = await serve((request, response) =>
      guard(request, response, () => {
        expect(() => stranger.callerOf(request)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_UNGUARDED' }))
        response.end(guard.callerOf(request))
      }),
    )
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('anyone')
  })

  it('answers what it refuses, calls nothing after it, and tells of it', async () => {
    const next = vi.fn<() => void>()
    const onDenied = vi.fn<(event: DeniedEvent) => void>()
    const guard = requireKey(closed, { onDenied })
    const port = await serve((request, response) => guard(request, response, next))
    const response = await fetch(`http://127.0.0.1:${port}/a?b=c`, { method: 'PUT', body: 'x' })
    expect(response.status).toBe(401)
    expect(next).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({ method: 'PUT', path: '/a', denial: { code: 'missing_key' } })
  })

  it.each([new Error('broken'), 'broken'])('gives what a verifier throws, %j, to the error handler', async (thrown) => {
    const next = vi.fn<(error?: Error) => void>()
    const broken: Verifier<null> = { queryParameters: [], verify: async () => Promise.reject(thrown) }
    const port = await serve(async (request, response) => {
      await requireKey(broken)(request, response, next)
      response.end()
    })
    await fetch(`http://127.0.0.1:${port}/`)
    expect(next).toHaveBeenCalledOnce()
    const [error] = next.mock.calls[0] ?? []
    expect(error instanceof Error && [error.message, error.cause]).toContain('broken')
  })
})
