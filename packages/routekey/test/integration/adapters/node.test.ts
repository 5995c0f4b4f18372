import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { envSecret } from '../../../src/index.ts'
import { type NodeRequestLike, type NodeResponseLike, withKey } from '../../../src/adapters/node/index.ts'
import { createMemoryReplayStore, envWebhook } from '../../../src/webhooks/index.ts'
import { adapterScenarios, scenarioBodyBytes, scenarioEnvironment as env } from './adapter-scenarios.ts'
import { listen } from './listen.ts'
import { MockResponse, mockRequest } from './mock-exchange.ts'
import { createKeyedVerifier } from './scenario-keyring.ts'
import { type WireRequest, sendHttp2 } from './send.ts'

const logger = { error: () => undefined }

/** Creates a listener for every kind of request. */
function createListener() {
  let runs = 0
  async function handle(request: NodeRequestLike, response: NodeResponseLike, { caller }: { caller: unknown }) {
    runs += 1
    const body = request instanceof Readable ? await text(request) : ''
    response.writeHead(200, { 'Cache-Control': 'public' })
    response.end(request.method === 'HEAD' ? '' : JSON.stringify({ caller, body }))
  }
  const replayStore = createMemoryReplayStore()
  const routes: Record<string, (request: NodeRequestLike, response: NodeResponseLike) => unknown> = {
    '/guarded': withKey(envSecret('SCENARIO_SECRET', { env }), handle),
    '/query': withKey(envSecret('SCENARIO_SECRET', { env, query: true }), handle),
    '/unset': withKey(envSecret('SCENARIO_UNSET', { env, logger }), handle),
    '/webhook': withKey(envWebhook('SCENARIO_WEBHOOK', { env, replayStore, maxBodyBytes: scenarioBodyBytes }), handle),
    '/keyed': withKey(createKeyedVerifier(), handle),
    '/runs': (_request, response) => response.end(String(runs)),
  }
  return (request: NodeRequestLike, response: NodeResponseLike) => {
    const route = routes[request.url?.split('?')[0] ?? '']
    if (route === undefined) response.end()
    else void route(request, response)
  }
}

const traits = { seesRepeatedAuthorization: true }

adapterScenarios('routekey/node on node:http', async () => listen(createServer(createListener())), traits)

async function startHttp2() {
  const { origin, base, stop } = await listen(createHttp2Server(createListener()))
  return { origin, base, stop, send: (wire: WireRequest) => sendHttp2(origin, wire) }
}
adapterScenarios('routekey/node on node:http2', startHttp2, { ...traits, isHttp1: false })

async function startMocked() {
  const listener = createListener()
  const send = async (wire: WireRequest) => {
    const response = new MockResponse()
    listener(mockRequest(wire), response)
    const answer = await response.ended
    return wire.method === 'HEAD' ? { ...answer, body: '' } : answer
  }
  return { origin: '', base: '', send, stop: async () => undefined }
}
adapterScenarios('routekey/node with mock requests', startMocked, { ...traits, isHttp1: false })
