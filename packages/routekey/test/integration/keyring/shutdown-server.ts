// A server as the guide to keyrings ends it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { registerHooks } from 'node:module'

import { Pool } from 'pg'

// The source runs without a build, but the package maps `#crypto` to the build.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#crypto'
      ? { url: new URL('../../../src/crypto/node.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})
const { createKeyring } = await import('../../../src/index.ts')
const { createPostgresStore } = await import('../../../src/stores/postgres.ts')
const { withKey } = await import('../../../src/adapters/node/index.ts')

const pool = new Pool({ connectionString: process.argv[2] })
const keyring = createKeyring({
  store: createPostgresStore({ client: pool }),
  prefix: 'acme',
  timeoutMs: 60_000,
  usage: { flushSeconds: 3600 },
})
const handler = withKey(keyring.verifier(), (_request, response) => response.end())
const server = createServer((request, response) => void handler(request, response))

async function end(): Promise<void> {
  server.close()
  await keyring.close()
  process.exit()
}
process.once('SIGTERM', () => void end())

server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.(server.address())
