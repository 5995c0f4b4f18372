import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { generateKey } from '../../../src/index.ts'

const S = generateKey()
const frameworks = ['node:http', 'node:http2', 'express', 'express4', 'fastify', 'hono'] as const

beforeAll(async () => {
  await buildPackages()
})

// In a process of its own, with the built library, because an unhandled rejection ends the process.
describe.each(frameworks)('a process with %s', (framework) => {
  let child: ChildProcess
  let origin = ''
  let port = 0
  let log = ''
  beforeAll(async () => {
    child = spawn(process.execPath, [fileURLToPath(new URL('survival-server.mjs', import.meta.url)), framework], {
      env: { NODE_ENV: 'test', S },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr?.setEncoding('utf8').on('data', (line: string) => (log += line))
    const [line]: unknown[] = await once(child.stdout!.setEncoding('utf8'), 'data')
    port = Number(line)
    origin = `http://127.0.0.1:${port}`
  })
  afterAll(() => {
    child.kill('SIGKILL')
  })

  async function ask(path: string, headers: Record<string, string> = {}): Promise<number> {
    if (framework === 'node:http2') {
      const session = connectHttp2(origin)
      const stream = session.request({ ':path': path, ...headers })
      const [answer]: { ':status'?: number }[] = await once(stream, 'response')
      await text(stream)
      session.destroy()
      return answer?.[':status'] ?? 0
    }
    const outgoing = request(origin + path, { headers, agent: false }).end()
    const [incoming]: { statusCode?: number }[] = await once(outgoing, 'response')
    return incoming?.statusCode ?? 0
  }

  it.each(['/denied-throws', '/denied-rejects', '/respond-rejects'])('survives hooks that fail: %s', async (path) => {
    expect(await ask(path)).toBe(401)
    expect(await ask(path, { 'x-api-key': 'x' })).toBe(401)
    expect(await ask(path, { 'x-api-key': S })).toBe(200)
    expect(child.exitCode).toBeNull()
  })

  it.each(['/verify-rejects', '/handler-rejects', '/handler-throws', '/handler-rejects-with-nothing'])(
    'answers 500 and survives what fails: %s',
    async (path) => {
      expect(await ask(path, { 'x-api-key': S })).toBe(500)
      expect(await ask('/ok', { 'x-api-key': S })).toBe(200)
      expect(child.exitCode).toBeNull()
    },
  )

  it('survives clients that disconnect at any time', async () => {
    const head = ['GET /slow HTTP/1.1', 'Host: a', `X-Api-Key: ${S}`, '', '']
    const body = [
      'POST /hook HTTP/1.1',
      'Host: a',
      'Content-Length: 9',
      'webhook-id: a',
      `webhook-timestamp: ${Math.floor(Date.now() / 1000)}`,
      'webhook-signature: v1,a',
      '',
      'part',
    ]
    for (const lines of [head, body, head, body]) {
      const socket = connect(port, '127.0.0.1')
      await new Promise<void>((resolve) => {
        socket.write(lines.join('\r\n'), () => resolve())
      })
      expect(await ask('/ok', { 'x-api-key': S })).toBe(200)
      socket.resetAndDestroy()
    }
    for (const path of framework === 'node:http2' ? ['/slow', '/hook'] : []) {
      const session = connectHttp2(origin)
      const stream = session.request(
        {
          ':path': path,
          ':method': 'POST',
          'x-api-key': S,
          'webhook-id': 'a',
          'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
          'webhook-signature': 'v1,a',
        },
        { endStream: false },
      )
      stream.on('error', () => undefined)
      stream.write('part')
      expect(await ask('/ok', { 'x-api-key': S })).toBe(200)
      stream.close(8)
      session.destroy()
    }
    expect(await ask('/ok', { 'x-api-key': S })).toBe(200)
    expect(child.exitCode).toBeNull()
    expect(log).not.toMatch(/UnhandledPromiseRejection|Uncaught/i)
  })
})
