// Serves a route that the key of a keyring guards, for the test of imported keys. It prints its port.
import { createServer } from 'node:http'

import { Pool } from 'pg'
import { createKeyring } from 'routekey'
import { matchKeys } from 'routekey/import-key'
import { withKey } from 'routekey/node'
import { createPostgresStore } from 'routekey/stores/postgres'

const pool = new Pool({ connectionString: process.env.DATABASE_URL })
const keyring = createKeyring({
  store: createPostgresStore({ client: pool }),
  prefix: 'acme_live',
  previousPrefixes: ['acme'],
  foreignKeys: matchKeys(/(?:ba_)?[A-Za-z]{64}/, /sk_[0-9a-f]{48}/),
  timeoutMs: 60_000,
})
const handler = withKey(keyring.verifier(), (request, response, { caller }) => response.end(caller.owner))
const server = createServer((request, response) => void handler(request, response))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
