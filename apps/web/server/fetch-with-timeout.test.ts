import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchWithTimeout } from './fetch-with-timeout.ts'
import { describeError } from './log.ts'

vi.mock('server-only', () => ({}))

let url: string
let paths: string[]
const server = createServer((request, response) => {
  paths.push(request.url ?? '')
  if (request.url === '/silent') return
  const status = Number(request.url?.slice(1))
  response.writeHead(status, status < 400 && status >= 300 ? { location: '/200' } : {}).end()
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  url = `http://127.0.0.1:${address.port}`
})
beforeEach(() => {
  paths = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const failure = (call: Promise<Response>) => call.then(() => 'no error', describeError)

describe('fetchWithTimeout', () => {
  it('returns other responses', async () => {
    expect((await fetchWithTimeout(5000)(`${url}/200`)).status).toBe(200)
    expect((await fetchWithTimeout(5000)(`${url}/404`)).status).toBe(404)
  })

  it.each([301, 302, 303, 307, 308])('follows no redirect with status %i, and says so', async (status) => {
    const call = fetchWithTimeout(5000)(`${url}/${status}`, { redirect: 'follow', headers: { apikey: 'secret' } })
    expect(await failure(call)).toBe('TypeError: fetch failed (Error: unexpected redirect)')
    expect(paths).toEqual([`/${status}`])
  })

  it('gives up after the timeout, also with a signal of the caller', async () => {
    const { signal } = new AbortController()
    expect(await failure(fetchWithTimeout(50)(`${url}/silent`, { signal }))).toMatch(/^TimeoutError: /)
  })

  it('ends with the signal of the caller', async () => {
    const signal = AbortSignal.timeout(50)
    expect(await failure(fetchWithTimeout(60_000)(`${url}/silent`, { signal }))).toMatch(/^TimeoutError: /)
  })
})
