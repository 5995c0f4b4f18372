import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'

import { type KeyVariables, requireKey } from '../../../src/adapters/hono/index.ts'
import { envSecret } from '../../../src/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { listen } from './listen.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'

const logger = { error: () => undefined }

async function start() {
  let runs = 0
  const app = new Hono<KeyVariables<unknown>>()
  const replayStore = createMemoryReplayStore()
  app.use('/guarded', requireKey(envSecret('SCENARIO_SECRET', { env })))
  app.use('/query', requireKey(envSecret('SCENARIO_SECRET', { env, query: true })))
  app.use('/unset', requireKey(envSecret('SCENARIO_UNSET', { env, logger })))
  const webhook = envWebhook('SCENARIO_WEBHOOK', { env, replayStore, maxBodyBytes: scenarioBodyBytes })
  const keyed = createKeyedVerifier()
  // Twice: the second guard must not count the request again, also if something has read or replaced it in between.
  app.use('/webhook', requireKey(webhook), async (c, next) => {
    await c.req.text()
    await next()
  })
  app.use('/webhook', requireKey(webhook))
  app.use('/keyed', requireKey(keyed), async (c, next) => {
    c.req.raw = new Request(c.req.raw)
    await next()
  })
  app.use('/keyed', requireKey(keyed))
  app.get('/runs', (c) => c.text(String(runs)))
  app.all('*', async (c) => {
    runs += 1
    return c.json({ caller: c.var.caller, body: await c.req.text() }, 200, { 'cache-control': 'public' })
  })
  const server = createAdaptorServer({ fetch: app.fetch })
  return listen(server)
}

adapterScenarios('routekey/hono', start, { seesRepeatedAuthorization: true })
