import type { IncomingMessage, ServerResponse } from 'node:http'
import { setInterval } from 'node:timers'

import { afterEach, expect, it } from 'vitest'

import { serve as start } from '../../test/serve.ts'
import { sendProbe } from './send-probe.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(listener: Listener): Promise<URL> {
  const { origin, stop } = await start(listener)
  stops.push(stop)
  return new URL('/x', origin)
}

const probe = (url: URL) => ({ name: 'a test', method: 'POST', url, headers: { 'x-api-key': 'k' }, body: 'text' })

it('returns status, headers and body, and follows no redirect', async () => {
  let requests = 0
  const url = await serve((request, response) => {
    requests += 1
    response.writeHead(302, { location: '/elsewhere', 'x-seen': request.headers['x-api-key'] }).end('moved')
  })
  expect(await sendProbe(probe(url))).toMatchObject({
    status: 302,
    headers: { location: '/elsewhere', 'x-seen': 'k' },
    body: 'moved',
  })
  expect(requests).toBe(1)
})

it('stops reading after 64 kB of a body without an end', async () => {
  const url = await serve((_request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(20_000)), 1)
    response.on('close', () => clearInterval(timer))
  })
  const answer = await sendProbe(probe(url))
  expect(answer).toMatchObject({ status: 200, body: 'x'.repeat(65_536) })
})

it('keeps the status of a body that takes too long', async () => {
  const url = await serve((_request, response) => void response.writeHead(200).write('first'))
  expect(await sendProbe(probe(url), 3000)).toMatchObject({ status: 200, body: 'first' })
})

it.each<[string, Listener, string]>([
  ['closes the connection', (request) => request.socket.destroy(), 'no response (ECONNRESET)'],
  ['speaks another protocol', (request) => request.socket.end('SSH-2.0\r\n'), 'no response (HPE_INVALID_CONSTANT)'],
  [
    'changes the protocol',
    (request) => request.socket.end('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    'no response',
  ],
])('says why there is no response when a server %s', async (_name, listener, problem) => {
  expect(await sendProbe(probe(await serve(listener)))).toEqual({ problem })
})

it('gives up a server that never answers', async () => {
  expect(await sendProbe(probe(await serve(() => {})), 300)).toEqual({ problem: 'no response within 0.3 s' })
})

it('says that nobody listens', async () => {
  const url = await serve(() => {})
  await stops.splice(0)[0]?.()
  expect(await sendProbe(probe(url))).toEqual({ problem: 'no response (ECONNREFUSED)' })
})
