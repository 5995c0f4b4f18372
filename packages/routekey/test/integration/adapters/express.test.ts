import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'

import express from 'express'

import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { envSecret } from '../../../src/index.ts'
import { requireKey, withKey } from '../../../src/adapters/node/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { listen } from './listen.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'

const express4: typeof express = createRequire(import.meta.url)('express4')
const logger = { error: () => undefined }

/** Starts a server of one version of Express; both have the same types. */
async function start(framework: typeof express) {
  let runs = 0
  const respond = (request: express.Request, response: express.Response, caller: unknown) => {
    runs += 1
    response.set('cache-control', 'public').json({ caller, body: request.body })
  }
  const closed = requireKey(envSecret('SCENARIO_SECRET', { env }))
  const webhook = envWebhook('SCENARIO_WEBHOOK', {
    env,
    replayStore: createMemoryReplayStore(),
    maxBodyBytes: scenarioBodyBytes,
  })
  const api = framework.Router()
  // Both kinds of guard: requireKey before several routes, and withKey around one. Both come before the body parser.
  const signed = requireKey(webhook)
  api.use('/guarded', closed)
  api.use('/webhook', signed)
  api.use(framework.text({ type: '*/*', limit: '2mb' }))
  // Each route is guarded a second time, after the parser.
  api.all('/webhook', signed, (request, response) => respond(request, response, signed.callerOf(request)))
  api.all('/guarded', closed, (request, response) => respond(request, response, closed.callerOf(request)))
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
  const verifier = createKeyedVerifier()
  const keyed = requireKey(verifier)
  api.use('/keyed', requireKey(verifier))
  api.all('/keyed', keyed, (request, response) => respond(request, response, keyed.callerOf(request)))
  const app = framework()
  app.get('/api/runs', (_request, response) => void response.send(String(runs)))
  app.use('/api', api)
  const server: Server = createServer(app)
  return listen(server, '/api')
}

adapterScenarios('routekey/node in Express 5', async () => start(express), { seesRepeatedAuthorization: true })
adapterScenarios('routekey/node in Express 4', async () => start(express4), { seesRepeatedAuthorization: true })
