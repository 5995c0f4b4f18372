import { once } from 'node:events'
import { createServer } from 'node:http'

import { expect, it } from 'vitest'

import { createKeyring } from '../../index.ts'
import { socketIp, withKey } from '../node/index.ts'
import { createMemoryStore } from '../../stores/memory.ts'

it('returns the address of the connection and ignores headers', async () => {
  const keyring = createKeyring({ store: createMemoryStore(), prefix: 'acme', callerIp: socketIp })
  const route = withKey(keyring.verifier(), (_request, response) => void response.end('in'))
  const server = createServer((request, response) => void route(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const statusFor = async (allowedIps: string[], headers: Record<string, string> = {}) => {
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', allowedIps })
    const init = { headers: { authorization: `Bearer ${key}`, ...headers } }
    return (await fetch(`http://127.0.0.1:${port}/`, init)).status
  }
  expect(await statusFor(['127.0.0.1'])).toBe(200)
  expect(await statusFor(['203.0.113.7'], { 'x-forwarded-for': '203.0.113.7' })).toBe(403)
  server.close()
})

it('returns null for a request that did not come through a guard of node:http', () => {
  expect(socketIp(new Request('http://localhost/'))).toBeNull()
})
