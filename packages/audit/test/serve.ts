import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'

import { findFreePort } from '@routekey/sandbox'

/** A server of a test. */
export interface TestServer {
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** Starts a server on loopback. An error of its listener fails the test. */
export async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<TestServer> {
  const server = createServer((request, response) => void listener(request, response))
  const port = await findFreePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
