import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Stands before another server on loopback and keeps some of its requests waiting.
 *
 * @param options.target the other server's address
 * @param options.slow which paths wait
 * @param options.delayMs for how long
 */
export async function startSlowProxy(options: { target: string; slow: RegExp; delayMs: number }) {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      if (options.slow.test(incoming.url ?? '')) await sleep(options.delayMs)
      const { method, headers } = incoming
      const passed = request(new URL(incoming.url ?? '/', options.target), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      passed.on('error', (error) => outgoing.destroy(error))
      incoming.pipe(passed)
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
