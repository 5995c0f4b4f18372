import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { type Server, connect } from 'node:net'
import { text } from 'node:stream/consumers'

import express from 'express'
import fastify from 'fastify'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { some } from 'hono/combine'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { requireKey as requireKeyInFastify } from '../../../src/adapters/fastify/index.ts'
import { requireKey as requireKeyInHono } from '../../../src/adapters/hono/index.ts'
import { authenticateNode, refuseUpgrade, requireKey, withKey } from '../../../src/adapters/node/index.ts'
import { type GuardOptions, type Verifier, denialResponse, envSecret, generateKey } from '../../../src/index.ts'
import { envWebhook, generateWebhookSecret, signWebhook } from '../../../src/webhooks/index.ts'
import { listen } from './listen.ts'

const env = { S: generateKey(), T: generateKey() }
const verifier = envSecret('S', { env })
const origin = 'https://a.example'
const key = { 'x-api-key': env.S }

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(server: Server): Promise<string> {
  const { origin: address } = await listen(server)
  closers.push(() => server.close())
  return address
}

const serveHono = async (app: Pick<Hono, 'fetch'>) => serve(createAdaptorServer({ fetch: app.fetch }))

function createFastify() {
  const app = fastify()
  closers.push(async () => app.close())
  return app
}

/** Each adapter, with a response of its own to refused requests, behind something that answers preflights and sets headers. */
const servers: Record<string, (options: GuardOptions) => Promise<string>> = {
  'node:http': async (options) => {
    const guarded = withKey(verifier, (_request, response) => response.end('in'), options)
    return serve(
      createServer((request, response) => {
        response.setHeader('access-control-allow-origin', origin)
        response.setHeader('vary', 'Origin')
        if (request.method === 'OPTIONS') response.writeHead(204).end()
        else void guarded(request, response)
      }),
    )
  },
  Express: async (options) => {
    const app = express()
    app.use((request, response, next) => {
      response.set({ 'access-control-allow-origin': origin, vary: 'Origin' })
      if (request.method === 'OPTIONS') response.sendStatus(204)
      else next()
    })
    app.use(requireKey(verifier, options))
    app.get('/', (_request, response) => void response.send('in'))
    return serve(createServer(app))
  },
  Fastify: async (options) => {
    const app = createFastify()
    app.addHook('onRequest', async (request, reply) => {
      reply.header('access-control-allow-origin', origin).header('vary', 'Origin')
      return request.method === 'OPTIONS' ? reply.code(204).send() : undefined
    })
    app.addHook('onRequest', requireKeyInFastify(verifier, options))
    app.get('/', async () => 'in')
    app.options('/', async () => 'never')
    return app.listen({ port: 0, host: '127.0.0.1' })
  },
  Hono: async (options) => {
    const app = new Hono()
    app.use(cors({ origin }), requireKeyInHono(verifier, options))
    app.get('/', (c) => c.text('in'))
    return serveHono(app)
  },
}

describe.each(Object.entries(servers))('%s', (_name, start) => {
  it('answers a preflight before the guard, and lets a browser read refusals and successes', async () => {
    const address = await start({})
    const preflight = await fetch(address, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    expect(preflight.status).toBe(204)
    const responses = [
      await fetch(address, { headers: { origin } }),
      await fetch(address, { headers: { origin, ...key } }),
    ]
    expect(responses.map(({ status }) => status)).toEqual([401, 200])
    for (const { headers } of [preflight, ...responses]) expect(headers.get('access-control-allow-origin')).toBe(origin)
    const { headers } = responses[1]!
    expect(headers.get('cache-control')).toBe('private')
    expect(headers.get('vary')?.toLowerCase().split(', ').toSorted()).toEqual(['authorization', 'origin', 'x-api-key'])
  })

  it('sends the response of respond, beside the headers that were set before', async () => {
    const address = await start({
      respond: async ({ status, code }, request) => {
        const body = { error: { code, path: new URL(request.url).pathname } }
        const response = Response.json(body, { status, headers: { 'x-own': 'yes', vary: 'x-own' } })
        response.headers.append('set-cookie', 'a=1')
        response.headers.append('set-cookie', 'b=2')
        return response
      },
    })
    const response = await fetch(address, { headers: { origin } })
    expect([response.status, await response.json()]).toEqual([401, { error: { code: 'missing_key', path: '/' } }])
    const { headers } = response
    expect([headers.get('x-own'), headers.get('content-type')]).toEqual([
      'yes',
      expect.stringMatching(/^application\/json/),
    ])
    expect([headers.get('cache-control'), headers.getSetCookie()]).toEqual(['private, no-store', ['a=1', 'b=2']])
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect((await fetch(address, { headers: key })).status).toBe(200)
  })

  it.each<[string, GuardOptions]>([
    ['respond', { respond: async () => Promise.reject(new Error('broken')) }],
    ['onDenied', { onDenied: async () => Promise.reject(new Error('broken')) }],
  ])('sends the standard refusal, and logs why, if %s fails', async (_hook, options) => {
    const logger = { error: vi.fn<(message: string) => void>() }
    const address = await start({ ...options, logger })
    const response = await fetch(address)
    expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ status: 401 })])
    expect(logger.error.mock.calls).toEqual([
      [expect.stringMatching(/^routekey: (?:respond|onDenied) failed: .*broken/)],
    ])
  })
})

const respondBrokenly = () =>
  new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) }))

// A server of the web's responses has sent the head before the body fails, so this does not apply to Hono.
it.each(['node:http', 'Express', 'Fastify'])(
  '%s sends the standard refusal, and logs why, if the body of respond fails',
  async (name) => {
    const logger = { error: vi.fn<(message: string) => void>() }
    const address = await servers[name]!({ respond: respondBrokenly, logger })
    const response = await fetch(address)
    expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ status: 401 })])
    expect(logger.error.mock.calls).toEqual([[expect.stringMatching(/^routekey: respond failed: .*broken/)]])
  },
)

describe('routekey/fastify', () => {
  it('answers through the reply: with its hooks, its headers and its error handler', async () => {
    const app = createFastify()
    const seen: number[] = []
    const broken: Verifier<never> = { verify: async () => Promise.reject(new Error('broken')) }
    app.addHook('onSend', async (_request, reply, payload) => {
      seen.push(reply.statusCode)
      reply.header('strict-transport-security', 'max-age=1')
      return payload
    })
    app.setErrorHandler(async (error, _request, reply) => reply.code(500).send({ message: String(error) }))
    const guard = requireKeyInFastify(verifier)
    app.get('/', { onRequest: guard }, (request) => guard.callerOf(request))
    app.get('/broken', { onRequest: requireKeyInFastify(broken) }, async () => 'never')
    app.get('/open', (request) => guard.callerOf(request))
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const refused = await fetch(address)
    expect([refused.status, refused.headers.get('strict-transport-security')]).toEqual([401, 'max-age=1'])
    const accepted = await fetch(address, { headers: key })
    expect(await accepted.json()).toMatchObject({ variable: 'S' })
    expect(await (await fetch(`${address}/broken`)).json()).toEqual({ message: 'Error: broken' })
    expect(await (await fetch(`${address}/open`)).json()).toMatchObject({ message: /ERR_REQUEST_UNGUARDED/ })
    expect(seen).toEqual([401, 200, 500, 500])
  })
})

const keepBytes = (request: object, _response: object, bytes: Buffer) => Object.assign(request, { rawBody: bytes })

describe('the body of a webhook that was parsed before the guard', () => {
  const secret = generateWebhookSecret()
  const webhook = envWebhook('HOOK', { env: { HOOK: secret } })
  const body = '{"b":1,  "a":"Zoë"}'
  const deliver = async (address: string, sent = body) => {
    const signed = signWebhook({ id: 'msg_1', body, secrets: [secret] })
    const response = await fetch(address, {
      method: 'POST',
      body: sent,
      headers: { ...signed, 'content-type': 'application/json' },
    })
    return [response.status, await response.text()]
  }

  it('is taken from rawBody in Fastify', async () => {
    const app = createFastify()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
      Object.assign(request, { rawBody: bytes })
      done(null, JSON.parse(String(bytes)))
    })
    app.post('/', { preHandler: requireKeyInFastify(webhook) }, (request) => request.body)
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    expect(await deliver(address)).toEqual([200, '{"b":1,"a":"Zoë"}'])
    expect((await deliver(address, `${body} `))[0]).toBe(401)
  })

  it('is taken from rawBody in Express', async () => {
    const app = express()
    app.use(express.json({ verify: keepBytes }), requireKey(webhook))
    app.post('/', (request, response) => void response.json(request.body))
    const address = await serve(createServer(app))
    expect(await deliver(address)).toEqual([200, '{"b":1,"a":"Zoë"}'])
    expect((await deliver(address, `${body} `))[0]).toBe(401)
  })

  it.each(['text', 'json', 'arrayBuffer', 'blob'] as const)('is taken from c.req.%s() in Hono', async (method) => {
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req[method]()
      await next()
    })
    app.post('/', requireKeyInHono(webhook), async (c) => c.json(await c.req.json()))
    const address = await serveHono(app)
    expect(await deliver(address)).toEqual([200, '{"b":1,"a":"Zoë"}'])
    expect((await deliver(address, `${body} `))[0]).toBe(401)
  })

  it('makes the request fail, and the error says what to change, if nothing has the bytes', async () => {
    const seen: unknown[] = []
    const app = express()
    app.use(express.json(), requireKey(webhook))
    app.use((error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      seen.push(error.message)
      response.sendStatus(500)
    })
    expect((await deliver(await serve(createServer(app))))[0]).toBe(500)
    const parsed = createFastify()
    parsed.post('/', { preHandler: requireKeyInFastify(webhook) }, async () => 'never')
    const [status, message] = await deliver(await parsed.listen({ port: 0, host: '127.0.0.1' }))
    expect(status).toBe(500)
    for (const line of [...seen, message])
      expect(line).toMatch(/rawBody.*onRequest.*bodyParser: false.*ERR_REQUEST_BODY/)
    expect(seen).toHaveLength(1)
  })
})

describe('routekey/hono with throw', () => {
  it('lets onError make the response, with the denial as the cause', async () => {
    const app = new Hono().use(requestId(), requireKeyInHono(verifier, { throw: true }))
    app.onError((error, c) => {
      expect(error).toBeInstanceOf(HTTPException)
      return c.json({ id: c.var.requestId, cause: error.cause }, error instanceof HTTPException ? error.status : 500)
    })
    app.get('/', (c) => c.text('in'))
    const address = await serveHono(app)
    const response = await fetch(address)
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ id: expect.any(String), cause: { status: 401, code: 'missing_key' } })
    expect(await (await fetch(address, { headers: key })).text()).toBe('in')
  })

  it('sends the usual refusal if there is no onError', async () => {
    const address = await serveHono(new Hono().use(cors({ origin }), requireKeyInHono(verifier, { throw: true })))
    const response = await fetch(address, { headers: { origin } })
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  })

  it('lets some() try the next guard', async () => {
    const other = envSecret('T', { env })
    const app = new Hono()
    app.use(some(requireKeyInHono(verifier, { throw: true }), requireKeyInHono(other, { throw: true })))
    app.get('/', (c) => c.text('in'))
    const address = await serveHono(app)
    const status = async (headers: Record<string, string>) => (await fetch(address, { headers })).status
    expect([await status(key), await status({ 'x-api-key': env.T }), await status({})]).toEqual([200, 200, 401])
  })
})

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket'

async function startUpgrades(slow: Promise<unknown> = Promise.resolve()) {
  const server = createServer()
  const waiting: Verifier<unknown> = {
    verify: async (attempt) => {
      await slow
      return verifier.verify(attempt)
    },
  }
  const decided = vi.fn<(isAccepted: boolean) => void>()
  server.on('upgrade', (request, socket) => {
    const decide = async () => {
      const result = await authenticateNode(request, waiting)
      decided(result.ok)
      if (result.ok) socket.end(`${switching}\r\n\r\nhello`)
      else await refuseUpgrade(socket, denialResponse(result.denial))
    }
    decide().catch(() => socket.destroy())
  })
  const port = Number(new URL(await serve(server)).port)
  const open = (headers: readonly string[]) => {
    const socket = connect(port, '127.0.0.1')
    const lines = ['GET /socket HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', ...headers, '', '']
    socket.write(lines.join('\r\n'))
    return socket
  }
  return { open, decided }
}

describe('the upgrade to a WebSocket', () => {
  it('is accepted or refused before the handshake, with a complete response', async () => {
    const { open } = await startUpgrades()
    expect(await text(open([`X-Api-Key: ${env.S}`]))).toMatch(/^HTTP\/1\.1 101 .*hello$/s)
    for (const [headers, status] of [
      [[], '401 Unauthorized'],
      [[`X-Api-Key: ${env.T}`], '401 Unauthorized'],
      [[`Authorization: Bearer ${env.S}`, `Authorization: Bearer ${env.S}`], '400 Bad Request'],
    ] as const) {
      const [head = '', body = ''] = (await text(open(headers))).split('\r\n\r\n')
      expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`)
      expect(head).toMatch(/^content-type: application\/problem\+json$/im)
      expect(head).toMatch(new RegExp(`^content-length: ${Buffer.byteLength(body)}$`, 'im'))
      expect(JSON.parse(body)).toMatchObject({ type: 'about:blank' })
    }
  })

  it('works with ws as the README shows it, with the key in the query', async () => {
    const inQuery = envSecret('S', { env, query: true })
    const sockets = new WebSocketServer({ noServer: true })
    closers.push(() => sockets.close())
    sockets.on('connection', (opened) => opened.send('hello'))
    const server = createServer()
    server.on('upgrade', (request, socket, head) => {
      const decide = async () => {
        const result = await authenticateNode(request, inQuery)
        if (!result.ok) return refuseUpgrade(socket, denialResponse(result.denial))
        sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
      }
      decide().catch(() => socket.destroy())
    })
    const { host } = new URL(await serve(server))
    const accepted = new WebSocket(`ws://${host}/?S=${env.S}`)
    const [message]: unknown[] = await once(accepted, 'message')
    expect(String(message)).toBe('hello')
    accepted.terminate()
    const refused = new WebSocket(`ws://${host}/?S=${env.T}`)
    const [error]: unknown[] = await once(refused, 'error')
    expect(String(error)).toContain('401')
  })

  it('survives a client that resets the connection while the verifier decides', async () => {
    const gate = new EventEmitter()
    const { open, decided } = await startUpgrades(once(gate, 'open'))
    for (const headers of [[], [`X-Api-Key: ${env.S}`]]) {
      const socket = open(headers)
      await once(socket, 'connect')
      await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0))
      socket.resetAndDestroy()
    }
    gate.emit('open')
    await vi.waitFor(() => expect(decided).toHaveBeenCalled(), { timeout: 60_000 })
    expect(await text(open([`X-Api-Key: ${env.S}`]))).toContain('hello')
  })
})
