import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { envSecret } from '../../../src/index.ts'
import { withKey } from '../../../src/adapters/node/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { listen } from './listen.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'

let runs = 0
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { caller }: { caller: unknown },
): Promise<void> {
  runs += 1
  const body = await text(request)
  response.writeHead(200, { 'Cache-Control': 'public' }).end(JSON.stringify({ caller, body }))
}

const logger = { error: () => undefined }
const webhook = envWebhook('SCENARIO_WEBHOOK', {
  env,
  replayStore: createMemoryReplayStore(),
  maxBodyBytes: scenarioBodyBytes,
})
const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
  '/guarded': withKey(envSecret('SCENARIO_SECRET', { env }), handle),
  '/query': withKey(envSecret('SCENARIO_SECRET', { env, query: true }), handle),
  '/unset': withKey(envSecret('SCENARIO_UNSET', { env, logger }), handle),
  '/webhook': withKey(webhook, handle),
  '/keyed': withKey(createKeyedVerifier(), handle),
  '/runs': (_request, response) => response.end(String(runs)),
}

async function start() {
  const server = createServer((request, response) => void routes[request.url?.split('?')[0] ?? '']?.(request, response))
  return listen(server)
}

adapterScenarios('routekey/node on node:http', start, { seesRepeatedAuthorization: true })
