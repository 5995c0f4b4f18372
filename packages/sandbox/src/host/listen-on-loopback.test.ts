import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { listenOnLoopback, type LoopbackServer } from './listen-on-loopback.ts'
import { isPortFree } from './ports.ts'

async function listen(): Promise<{ server: LoopbackServer; port: number }> {
  const server = await listenOnLoopback({ port: 0, variable: 'X' })
  return { server, port: Number(new URL(server.url).port) }
}

it('answers 503 until it has a handler', async () => {
  const { server } = await listen()
  onTestFinished(server.close)
  const early = await fetch(server.url)
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1'])
  server.handle((request) => new Response(request.method))
  expect(await (await fetch(server.url, { method: 'PUT' })).text()).toBe('PUT')
})

it('names the port that is taken and the variable that changes it', async () => {
  const { server, port } = await listen()
  onTestFinished(server.close)
  await expect(listenOnLoopback({ port, variable: 'SANDBOX_GITHUB_PORT' })).rejects.toMatchObject({
    code: 'ERR_SANDBOX_PORT_IN_USE',
    message: `Port ${port} is in use. Stop the program that uses it, or set SANDBOX_GITHUB_PORT to another port.`,
  })
})

it('frees the port while requests are open', async () => {
  const { server, port } = await listen()
  const requested = new Promise<void>((resolve) => {
    server.handle(() => {
      resolve()
      return new Promise(() => {})
    })
  })
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await requested
  await server.close()
  expect(await isPortFree(port)).toBe(true)
})
