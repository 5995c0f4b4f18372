import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { afterEach, describe, expect, it, vi } from 'vitest'

import type { DeniedEvent, Verifier } from '../../index.ts'
import { requireKey, withKey } from '../node/index.ts'

const closers: (() => void)[] = []
let connections: Socket[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
  connections = []
})

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<number> {
  const server = createServer((request, response) => void listener(request, response))
  server.on('connection', (socket) => connections.push(socket))
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

const open: Verifier<'anyone'> = { verify: () => ({ ok: true, caller: 'anyone' }) }
const closed: Verifier<never> = {
  verify: () => ({ ok: false, denial: { status: 401, code: 'missing_key' } }),
}

const see = async (lines: string) => {
  const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
  const guarded = withKey({ verify }, (_request, response) => response.end())
  const port = await serve(guarded)
  await sendRaw(port, lines.replaceAll('\n', '\r\n'))
  const seen = verify.mock.calls[0]?.[0].request
  return { url: seen?.url, method: seen?.method, headers: seen?.headers }
}

describe('the request that a verifier gets', () => {
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
  ])('has a URL on its own host for %s at host %j', async (target, host, url) => {
    expect(await see(`GET ${target} HTTP/1.1\nHost: ${host}\nConnection: close\n\n`)).toMatchObject({
      url,
      method: 'GET',
    })
  })

  it('has the method of OPTIONS * and of TRACE, which Fetch does not allow', async () => {
    expect(await see('OPTIONS * HTTP/1.1\nHost: a\nConnection: close\n\n')).toMatchObject({
      url: 'http://a/*',
      method: 'OPTIONS',
    })
    expect(await see('TRACE / HTTP/1.1\nHost: a\nConnection: close\n\n')).toMatchObject({ method: 'TRACE' })
  })

  it('has every Authorization, and other headers as Node joins them', async () => {
    const { headers } = await see(
      'GET / HTTP/1.1\nHost: a\nAuthorization: Bearer 1\nAUTHORIZATION: Bearer 2\nX-Api-Key: 3\nx-api-key: 4\nConnection: close\n\n',
    )
    expect(headers?.get('authorization')).toBe('Bearer 1, Bearer 2')
    expect(headers?.get('x-api-key')).toBe('3, 4')
  })

  it('has the URL from before Express removed a mount path', async () => {
    const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
    const guard = withKey({ verify }, (_request, response) => response.end())
    const port = await serve((request, response) =>
      guard(Object.assign(request, { originalUrl: '/mounted/a' }), response),
    )
    await sendRaw(port, 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(verify.mock.calls[0]?.[0].request.url).toBe('http://a/mounted/a')
  })

  it('has no Authorization if something before the guard deleted it', async () => {
    const verify = vi.fn<Verifier<null>['verify']>(() => ({ ok: true, caller: null }))
    const guard = withKey({ verify }, (_request, response) => response.end())
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
  async verify({ request }) {
    let length = 0
    for (let index = 0; index < count; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- the readings must follow one another
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

const patiently = { timeout: 60_000, interval: 1 }

/** Waits until the server has read all that was sent on its only connection. */
async function untilReceived(sender: () => Socket | null): Promise<void> {
  await vi.waitFor(() => {
    expect(connections).toHaveLength(1)
    const sent = sender()?.bytesWritten
    expect(sent).toBeGreaterThan(0)
    expect(connections[0]?.bytesRead).toBe(sent)
  }, patiently)
}

/** Sends a request with a chunked body. With `apart`, each chunk arrives before the next is sent. */
async function post(port: number, chunks: readonly string[], apart = false): Promise<string> {
  const outgoing = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent: false })
  for (const chunk of chunks) {
    outgoing.write(chunk)
    // oxlint-disable-next-line no-await-in-loop -- the chunks must arrive apart
    if (apart) await untilReceived(() => outgoing.socket)
  }
  outgoing.end()
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new Error('There was no response')
  return text(incoming)
}

describe('the body', () => {
  it.each<[string, string[], boolean]>([
    ['is empty', [], false],
    ['comes in one piece', ['hello'], false],
    ['comes in pieces', ['hel', 'lo ', 'wor', 'ld'], true],
    ['is large', Array.from({ length: 64 }, () => 'x'.repeat(65_536)), false],
  ])('is complete for the verifier and for the handler if it %s', async (_case, chunks, apart) => {
    const body = chunks.join('')
    expect(await post(await echo(reading()), chunks, apart)).toBe(`${body.length}:${body}`)
    connections = []
    expect(await post(await echo(reading(3)), chunks, apart)).toBe(`${body.length}:${body}`)
  })

  it('is left alone if the verifier does not read it', async () => {
    expect(await post(await echo(open), ['hello'])).toBe('anyone:hello')
  })

  it('is complete for the handler if the verifier reads only a part of it', async () => {
    const peeking: Verifier<string> = {
      async verify({ request }) {
        const { value } = (await request.body?.getReader().read()) ?? {}
        return { ok: true, caller: String(value?.length) }
      },
    }
    expect(await post(await echo(peeking), ['hel', 'lo'], true)).toBe('3:hello')
  })

  it('is complete if it has arrived before the verifier reads it, and the verifier is slow', async () => {
    let received: IncomingMessage | undefined
    const slow: Verifier<null> = {
      async verify({ request }) {
        await vi.waitFor(() => expect(received?.complete).toBe(true), patiently)
        const reader = request.body?.getReader()
        await reader?.read()
        // In these turns Node would emit `end`, if the bytes were not back on the stream.
        for (let turn = 0; turn < 3; turn += 1) await nextTurn() // oxlint-disable-line no-await-in-loop -- turns follow one another
        await reader?.read()
        return { ok: true, caller: null }
      },
    }
    const guarded = withKey(slow, async (request, response) => response.end(await text(request)))
    const port = await serve((request, response) => {
      received = request
      return guarded(request, response)
    })
    const reply = await sendRaw(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello',
    )
    expect(reply).toMatch(/^HTTP\/1\.1 200 .*hello$/s)
  })

  it('can be read after two guards that both read it', async () => {
    const inner = withKey(reading(), async (request, response) => response.end(await text(request)))
    const outer = requireKey(reading())
    const port = await serve((request, response) => outer(request, response, () => void inner(request, response)))
    expect(await post(port, ['hel', 'lo'], true)).toBe('hello')
  })

  it('is taken from a body parser that left text or bytes', async () => {
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
    ['decoded to text', (request) => request.setEncoding('utf8')],
  ])('makes the guard fail, and the handler not run, if it was %s before', async (_case, spoil) => {
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

  it('causes no rejection and no call of the handler if the client disconnects in the middle', async () => {
    const handler = vi.fn<() => void>()
    const settled = vi.fn<() => void>()
    const guard = withKey(reading(), handler)
    const port = await serve(async (request, response) => guard(request, response).then(settled))
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello')
    await untilReceived(() => socket)
    await nextTurn()
    socket.destroy()
    await vi.waitFor(() => expect(settled).toHaveBeenCalledOnce(), patiently)
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('the response', () => {
  const pinning: Verifier<null> = {
    from: ['?key'],
    verify: () => ({ ok: true, caller: null, headers: { ratelimit: '"a";r=1;t=1' } }),
  }
  const fetchFrom = async (handler: (response: ServerResponse) => unknown) => {
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
    ['only a body', (response) => response.end('x')],
  ])('has the headers of the guard, although the handler uses %s', async (_case, handler) => {
    const { status, headers } = await fetchFrom(handler)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('ratelimit')).toBe('"a";r=1;t=1')
  })

  it("keeps the handler's status, reason and other headers", async () => {
    const { status, statusText, headers } = await fetchFrom((response) =>
      response.writeHead(202, 'Taken', { 'cache-control': 'public', 'x-own': '1' }).end(),
    )
    expect([status, statusText, headers.get('x-own')]).toEqual([202, 'Taken', '1'])
  })
})

describe('requireKey', () => {
  it('returns the callers of the requests that it accepted, and of no others', async () => {
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

  it('responds to a request that it refuses, calls no later middleware, and reports the denial', async () => {
    const next = vi.fn<() => void>()
    const onDenied = vi.fn<(event: DeniedEvent) => void>()
    const guard = requireKey(closed, { onDenied })
    const port = await serve((request, response) => guard(request, response, next))
    const response = await fetch(`http://127.0.0.1:${port}/a?b=c`, { method: 'PUT', body: 'x' })
    expect(response.status).toBe(401)
    expect(next).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]?.[0]).toMatchObject({ method: 'PUT', path: '/a', denial: { code: 'missing_key' } })
  })

  it.each([new Error('broken'), 'broken'])(
    'passes what a verifier throws, %j, to the error handler',
    async (thrown) => {
      const next = vi.fn<(error?: Error) => void>()
      const broken: Verifier<null> = { verify: async () => Promise.reject(thrown) }
      const port = await serve(async (request, response) => {
        await requireKey(broken)(request, response, next)
        response.end()
      })
      await fetch(`http://127.0.0.1:${port}/`)
      expect(next).toHaveBeenCalledOnce()
      const [error] = next.mock.calls[0] ?? []
      expect(error instanceof Error && [error.message, error.cause]).toContain('broken')
    },
  )
})
