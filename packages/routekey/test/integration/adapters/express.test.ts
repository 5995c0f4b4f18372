import { createServer } from 'node:http'

import express from 'express'

import { envSecret } from '../../../src/index.ts'
import { requireKey, withKey } from '../../../src/adapters/node/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { listen } from './listen.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'

const logger = { error: () => undefined }
let runs = 0
const respond = (request: express.Request, response: express.Response, caller: unknown) => {
  runs += 1
  response.set('cache-control', 'public').json({ caller, body: request.body })
}

async function start() {
  const closed = requireKey(envSecret('SCENARIO_SECRET', { env }))
  const webhook = envWebhook('SCENARIO_WEBHOOK', {
    env,
    replayStore: createMemoryReplayStore(),
    maxBodyBytes: scenarioBodyBytes,
  })
  const api = express.Router()
  // Both kinds of guard: requireKey before several routes, and withKey around one. Both come before the body parser.
  const signed = requireKey(webhook)
  api.use('/guarded', closed)
  api.use('/webhook', signed)
  api.use(express.text({ type: '*/*', limit: '2mb' }))
  api.all('/webhook', (request, response) => respond(request, response, signed.callerOf(request)))
  api.all('/guarded', (request, response) => respond(request, response, closed.callerOf(request)))
  const open = envSecret('SCENARIO_SECRET', { env, query: true })
  api.all(
    '/query',
    withKey(open, (request: express.Request, response: express.Response, { caller }) =>
      respond(request, response, caller),
    ),
  )
  api.all('/unset', requireKey(envSecret('SCENARIO_UNSET', { env, logger })), (request, response) =>
    respond(request, response, null),
  )
  const keyed = requireKey(createKeyedVerifier())
  api.all('/keyed', keyed, (request, response) => respond(request, response, keyed.callerOf(request)))
  const app = express()
  app.get('/api/runs', (_request, response) => void response.send(String(runs)))
  app.use('/api', api)
  const server = createServer(app)
  return listen(server, '/api')
}

adapterScenarios('routekey/node in Express', start, { seesRepeatedAuthorization: true })
