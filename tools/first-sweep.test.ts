import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { sweepFirst } from './first-sweep.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function sweep(answer: RequestListener): Promise<string[]> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const said: string[] = []
  const appUrl = `http://127.0.0.1:${address.port}`
  await sweepFirst({ appUrl, cronSecret: 'the-secret', timeoutMs: 100, log: (line) => said.push(line) })
  return said
}

it('asks the route with its key, and is silent when that went well', async () => {
  const asked: (string | undefined)[] = []
  const said = await sweep((request, response) => {
    asked.push(request.url, request.headers.authorization)
    response.end('{}')
  })
  expect(asked).toEqual(['/api/sync-stripe-customers', 'Bearer the-secret'])
  expect(said).toEqual([])
})

it.each<[string, RequestListener, RegExp]>([
  ['takes long', () => {}, /takes longer/],
  ['is refused', (_request, response) => response.writeHead(503).end(), /answered 503/],
  ['is cut off', (request) => request.destroy(), /no answer/],
])('does not stop the start when it %s', async (_case, answer, expected) => {
  const said = await sweep(answer)
  expect(said).toEqual([expect.stringMatching(expected)])
  expect(said[0]).not.toContain('the-secret')
})
