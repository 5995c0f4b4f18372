import { once } from 'node:events'
import { connect, createServer } from 'node:net'

import { afterEach, expect, it } from 'vitest'

import {
  checkLocalhostIsFree,
  checkPortsAreFree,
  findFreePort,
  listenOnLoopback,
  type LoopbackServer,
} from './ports.ts'

let server: LoopbackServer | undefined

afterEach(() => server?.close())

const portOf = ({ url }: LoopbackServer) => Number(new URL(url).port)

it('answers 503 until there is something to answer with', async () => {
  server = await listenOnLoopback({ port: 0, variable: 'X' })
  const early = await fetch(server.url)
  expect(early.status).toBe(503)
  server.handle((request) => new Response(request.method))
  expect(await (await fetch(server.url, { method: 'PUT' })).text()).toBe('PUT')
})

it('names the port that is taken and the variable that changes it', async () => {
  server = await listenOnLoopback({ port: 0, variable: 'X' })
  const request = { port: portOf(server), variable: 'SANDBOX_SUPABASE_PORT' }
  const expected = {
    name: 'PortInUseError',
    code: 'ERR_SANDBOX_PORT_IN_USE',
    ...request,
    message: `Port ${request.port} is in use. Stop what listens there, or set SANDBOX_SUPABASE_PORT to another port.`,
  }
  await expect(checkPortsAreFree([{ port: 0, variable: 'Y' }, request])).rejects.toMatchObject(expected)
  await expect(listenOnLoopback(request)).rejects.toMatchObject(expected)
})

it('finds localhost taken by what listens on IPv6 alone', async ({ skip }) => {
  const port = await findFreePort()
  const request = { port, variable: 'PORT' }
  await expect(checkLocalhostIsFree(request)).resolves.toBeUndefined()
  const other = createServer().listen(port, '::1')
  try {
    await once(other, 'listening')
  } catch {
    skip('This machine has no IPv6.')
  }
  await expect(checkLocalhostIsFree(request)).rejects.toMatchObject({ name: 'PortInUseError', ...request })
  other.close()
})

it('finds localhost taken by what listens on IPv4', async () => {
  server = await listenOnLoopback({ port: 0, variable: 'X' })
  const request = { port: portOf(server), variable: 'PORT' }
  await expect(checkLocalhostIsFree(request)).rejects.toMatchObject({ name: 'PortInUseError', ...request })
})

it('finds a free port below those that a system gives away by itself', async () => {
  const port = await findFreePort()
  expect(port).toBeLessThan(32_768)
  server = await listenOnLoopback({ port, variable: 'X' })
  expect(portOf(server)).toBe(port)
})

it('frees the port at once, with connections open', async () => {
  server = await listenOnLoopback({ port: 0, variable: 'X' })
  server.handle(() => new Promise(() => {}))
  const socket = connect(portOf(server), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const startedAt = performance.now()
  await server.close()
  expect(performance.now() - startedAt).toBeLessThan(2000)
  await expect(checkPortsAreFree([{ port: portOf(server), variable: 'X' }])).resolves.toBeUndefined()
  server = undefined
})
