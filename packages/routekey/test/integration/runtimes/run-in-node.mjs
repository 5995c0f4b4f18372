import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { generateWebhookSecret, signWebhook, envWebhook } from 'routekey/webhooks'
import { withKey } from 'routekey/node'

import { checkLibrary } from './library-check.mjs'

const secret = generateWebhookSecret()
const body = 'hello'.repeat(50_000)
const handler = withKey(envWebhook('HOOK', { env: { HOOK: secret } }), async (request, response, { caller }) => {
  response.end(`${caller.id} ${(await text(request)) === body}`)
})
const server = createServer((request, response) => void handler(request, response))
await once(server.listen(0, '127.0.0.1'), 'listening')
const headers = signWebhook({ id: 'msg_1', body, secrets: [secret] })
const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', body, headers })
const served = await response.text()
server.close()
server.closeAllConnections()

process.stdout.write(JSON.stringify({ version: process.versions.node, served, ...(await checkLibrary()) }))
