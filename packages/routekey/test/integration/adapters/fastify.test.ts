import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type InjectOptions } from 'fastify'

import { requireKey as requireKeyOfHook } from '../../../src/adapters/fastify/index.ts'
import { requireKey } from '../../../src/adapters/node/index.ts'
import { type Verifier, envSecret } from '../../../src/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'
import { type WireRequest, sendHttp2 } from './send.ts'

const logger = { error: () => undefined }
const options = { bodyLimit: 2_000_000 }

type Guard = (verifier: Verifier<unknown>) => {
  readonly onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  readonly callerOf: (request: FastifyRequest) => unknown
}

const withHook: Guard = (verifier) => {
  const guard = requireKeyOfHook(verifier)
  return { onRequest: guard, callerOf: (request) => guard.callerOf(request) }
}

const withMiddleware: Guard = (verifier) => {
  const guard = requireKey(verifier)
  return {
    onRequest: async ({ raw }, reply) =>
      new Promise<void>((resolve, reject) => {
        void guard(raw, reply.raw, (error) => (error === undefined ? resolve() : reject(error)))
      }),
    callerOf: ({ raw }) => guard.callerOf(raw),
  }
}

function addRoutes(app: FastifyInstance, createGuard: Guard): void {
  let runs = 0
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  function route(url: string, verifier: Verifier<unknown>): void {
    const { onRequest, callerOf } = createGuard(verifier)
    app.all(url, {
      onRequest,
      handler: (request, reply) => {
        runs += 1
        return reply.header('cache-control', 'public').send({ caller: callerOf(request), body: request.body })
      },
    })
  }
  route('/guarded', envSecret('SCENARIO_SECRET', { env }))
  route('/query', envSecret('SCENARIO_SECRET', { env, query: true }))
  route('/unset', envSecret('SCENARIO_UNSET', { env, logger }))
  route('/keyed', createKeyedVerifier())
  const replayStore = createMemoryReplayStore()
  route('/webhook', envWebhook('SCENARIO_WEBHOOK', { env, replayStore, maxBodyBytes: scenarioBodyBytes }))
  app.get('/runs', () => String(runs))
}

async function start(createGuard: Guard) {
  const app = fastify(options)
  addRoutes(app, createGuard)
  return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), base: '', stop: () => app.close() }
}

async function startHttp2() {
  // Its type differs by the raw request, which these routes do not use.
  const app: FastifyInstance = Reflect.apply(fastify, undefined, [
    { ...options, http2: true, forceCloseConnections: true },
  ])
  addRoutes(app, withHook)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  return { origin, base: '', send: (wire: WireRequest) => sendHttp2(origin, wire), stop: () => app.close() }
}

async function startInjected() {
  const app: FastifyInstance = fastify(options)
  addRoutes(app, withHook)
  const send = async ({ method = 'POST', path, headers = [], body, chunks }: WireRequest) => {
    const grouped: Record<string, string[]> = {}
    for (const [name, value] of headers) (grouped[name.toLowerCase()] ??= []).push(value)
    const injected: InjectOptions = {
      url: path,
      headers: Object.fromEntries(
        Object.entries(grouped).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
      ),
      payload: chunks?.join('') ?? body ?? '',
    }
    const response = await app.inject(Object.assign(injected, { method }))
    const sent = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
    return { status: response.statusCode, headers: Object.fromEntries(sent), body: response.body }
  }
  return { origin: '', base: '', send, stop: async () => app.close() }
}

const traits = { seesRepeatedAuthorization: true }
adapterScenarios('routekey/fastify', async () => start(withHook), traits)
adapterScenarios('routekey/fastify over HTTP/2', startHttp2, { ...traits, isHttp1: false })
adapterScenarios('routekey/fastify with inject()', startInjected, { ...traits, isHttp1: false })
adapterScenarios('routekey/node in Fastify', async () => start(withMiddleware), traits)
