import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createDataApiClient } from './data-api-client.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** Calls a function at a server that answers like this. Returns the result, and what the server got. */
async function call(status: number, body: string) {
  const requests: { request: IncomingMessage; body: Promise<string> }[] = []
  const listening = createServer((request, response) => {
    requests.push({ request, body: text(request) })
    response.writeHead(status).end(body)
  })
  server = listening
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.int() }).parse(listening.address())
  const client = createDataApiClient(`http://127.0.0.1:${port}/`, 'sb_secret_1')
  const result = await client.rpc('count', { batch: 7, target: null }).abortSignal(AbortSignal.timeout(5000))
  const received = requests.map(async (one) => ({ ...one, body: await one.body }))
  return { result, requests: await Promise.all(received) }
}

it('posts named arguments with the key, and returns what the function returns', async () => {
  const { result, requests } = await call(200, '[{"id":1}]')
  expect(result).toEqual({ data: [{ id: 1 }], error: null, status: 200 })
  expect(requests).toMatchObject([
    {
      request: {
        method: 'POST',
        url: '/rest/v1/rpc/count',
        headers: { apikey: 'sb_secret_1', authorization: 'Bearer sb_secret_1', 'content-type': 'application/json' },
      },
      body: '{"batch":7,"target":null}',
    },
  ])
})

it('returns null for a function without a result', async () => {
  expect((await call(204, '')).result).toEqual({ data: null, error: null, status: 204 })
})

it.each([
  [
    403,
    '{"code":"42501","message":"permission denied for function count"}',
    'permission denied for function count',
    '42501',
  ],
  [404, '<h1>Not found</h1>', 'not a response of a Data API', ''],
  [200, '<h1>Welcome</h1>', 'not a response of a Data API', ''],
  [500, '{"error":"x"}', 'not a response of a Data API', ''],
])('returns an error for %d %s', async (status, body, message, code) => {
  expect((await call(status, body)).result).toEqual({ data: null, error: { message, code }, status })
})

it('returns an error without a response', async () => {
  const client = createDataApiClient('http://127.0.0.1:9/', 'sb_secret_1')
  const result = await client.rpc('count', {}).abortSignal(AbortSignal.timeout(5000))
  expect(result).toMatchObject({ data: null, status: 0, error: { message: expect.stringMatching(/./) } })
})
