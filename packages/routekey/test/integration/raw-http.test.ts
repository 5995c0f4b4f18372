import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { envSecret } from '../../src/index.ts'
import { withKey } from '../../src/adapters/next/index.ts'

const secret = randomBytes(32).toString('hex')

/** Creates a request as Next.js does, from `headers`, in which `node:http` has joined or dropped repeated headers. */
function fromHeaders({ method = 'GET', url = '/', headers }: IncomingMessage): Request {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  return new Request(`http://localhost${url}`, { method, headers: pairs })
}

/** Creates a request as Deno, Bun and workers do, with every header line. */
function fromRawHeaders({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): Request {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
  return new Request(`http://localhost${url}`, { method, headers })
}

describe.each([
  ['a server that joins headers as node:http does', fromHeaders, 200],
  ['a server that keeps all headers', fromRawHeaders, 400],
])('%s', (_name, toRequest, statusOfTwoBearers) => {
  let server: Server
  let port = 0
  let handled = 0
  beforeAll(async () => {
    const verifier = envSecret('API_ROUTE_SECRET', { query: true, env: { API_ROUTE_SECRET: secret } })
    const route = withKey(verifier, () => {
      handled += 1
      return new Response('in')
    })
    const respond = async (message: IncomingMessage) => {
      const response = await route(toRequest(message), { params: Promise.resolve({}) })
      return [response.status, Object.fromEntries(response.headers), await response.text()] as const
    }
    server = createServer((message, reply) => {
      respond(message).then(
        ([status, headers, body]) => reply.writeHead(status, headers).end(body),
        (error: unknown) => reply.writeHead(500).end(String(error)),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    port = typeof bound === 'object' ? (bound?.port ?? 0) : 0
  })
  afterAll(() => {
    server.close()
  })

  /** Sends these bytes, which no client library has normalized. */
  async function send(headerLines: string[], path = '/'): Promise<number> {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headerLines, '', ''].join('\r\n'),
      'latin1',
    )
    const reply = await text(socket)
    expect(reply).not.toContain(secret)
    return Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1])
  }

  it.each<[string, string[], string]>([
    ['a name and a scheme in other cases', [`AUTHORIZATION: BEARER ${secret}`], '/'],
    ['white space around the value, which is not part of it (RFC 9110 §5.5)', [`x-api-key:\t  ${secret} \t `], '/'],
    ['no white space before the value', [`x-api-key:${secret}`], '/'],
    ['a percent-encoded query', [], `/?API_ROUTE_SECRET=%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}`],
  ])('accepts a key with %s', async (_case, lines, path) => {
    const before = handled
    expect(await send(lines, path)).toBe(200)
    expect(handled).toBe(before + 1)
  })

  it.each<[string, string[], number]>([
    ['an empty header', ['x-api-key:'], 401],
    ['a blank header', ['x-api-key:   '], 401],
    ['a header twice', [`x-api-key: ${secret}`, `x-api-key: ${secret}`], 400],
    ['a header twice, in two cases', [`x-api-key: ${secret}`, `X-Api-Key: ${secret}`], 400],
    ['a header twice, the first empty', ['x-api-key:', `x-api-key: ${secret}`], 400],
    ['a header twice, the second empty', [`x-api-key: ${secret}`, 'x-api-key:'], 400],
    ['a header three times', ['x-api-key: a', `x-api-key: ${secret}`, 'x-api-key: b'], 400],
    [
      'a wrong bearer token before the right one',
      ['Authorization: Bearer x', `Authorization: Bearer ${secret}`],
      statusOfTwoBearers === 200 ? 401 : 400,
    ],
    ['a no-break space after the key', [`x-api-key: ${secret}\u00a0`], 401],
    ['a folded line', ['x-api-key:', ` ${secret}`], 400],
    ['a space before the colon', [`x-api-key : ${secret}`], 400],
  ])('refuses %s', async (_case, lines, status) => {
    const before = handled
    expect(await send(lines)).toBe(status)
    expect(handled).toBe(before)
  })

  it('refuses a second Authorization only if the server keeps it', async () => {
    expect(await send([`Authorization: Bearer ${secret}`, `Authorization: Bearer ${secret}`])).toBe(statusOfTwoBearers)
  })
})
