import { once } from 'node:events'
import type { Server } from 'node:net'

import type { ScenarioServer } from './adapter-scenarios.ts'

/** Starts a server on a free port of the loopback address. */
export async function listen(server: Server, base = ''): Promise<ScenarioServer> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    base,
    stop: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
