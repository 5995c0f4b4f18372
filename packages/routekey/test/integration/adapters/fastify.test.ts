import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'

import { envSecret } from '../../../src/index.ts'
import { type KeyMiddleware, requireKey } from '../../../src/adapters/node/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'

const logger = { error: () => undefined }

async function start() {
  let runs = 0
  const app = fastify({ bodyLimit: 2_000_000 })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  function route(url: string, guard: KeyMiddleware<unknown>): void {
    app.all(url, {
      onRequest: (request, reply, done) => void guard(request.raw, reply.raw, done),
      handler: (request: FastifyRequest, reply: FastifyReply) => {
        runs += 1
        const result = { caller: guard.callerOf(request.raw), body: request.body }
        return reply.header('cache-control', 'public').send(result)
      },
    })
  }
  route('/guarded', requireKey(envSecret('SCENARIO_SECRET', { env })))
  route('/query', requireKey(envSecret('SCENARIO_SECRET', { env, query: true })))
  route('/unset', requireKey(envSecret('SCENARIO_UNSET', { env, logger })))
  route('/keyed', requireKey(createKeyedVerifier()))
  route(
    '/webhook',
    requireKey(
      envWebhook('SCENARIO_WEBHOOK', { env, replayStore: createMemoryReplayStore(), maxBodyBytes: scenarioBodyBytes }),
    ),
  )
  app.get('/runs', () => String(runs))
  return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), base: '', stop: () => app.close() }
}

adapterScenarios('routekey/node in Fastify', start, { seesRepeatedAuthorization: true })
