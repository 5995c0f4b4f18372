import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { sweepFirst } from './first-sweep.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function sweep(respond: RequestListener, timeoutMs = 60_000): Promise<string[]> {
  server = createServer(respond).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const lines: string[] = []
  const appUrl = `http://127.0.0.1:${address.port}`
  await sweepFirst({ appUrl, cronSecret: 'the-secret', timeoutMs, log: (line) => lines.push(line) })
  return lines
}

it('calls the route with its key, and logs nothing when that succeeds', async () => {
  const requested: (string | undefined)[] = []
  const lines = await sweep((request, response) => {
    requested.push(request.url, request.headers.authorization)
    response.end('{}')
  })
  expect(requested).toEqual(['/api/sync-stripe-customers', 'Bearer the-secret'])
  expect(lines).toEqual([])
})

it.each<[string, RequestListener, RegExp, number?]>([
  ['takes long', () => {}, /takes longer/, 100],
  ['is refused', (_request, response) => response.writeHead(503).end(), /status 503/],
  ['is cut off', (request) => request.destroy(), /no response/],
])('does not reject when the sweep %s', async (_case, respond, expected, timeoutMs) => {
  const lines = await sweep(respond, timeoutMs)
  expect(lines).toEqual([expect.stringMatching(expected)])
  expect(lines[0]).not.toContain('the-secret')
})
