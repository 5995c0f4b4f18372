import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createKeyring, envSecret, hashKey } from 'routekey'
import { requireKey as requireKeyInFastify } from 'routekey/fastify'
import { requireKey as requireKeyInHono } from 'routekey/hono'
import { withKey as withKeyOfNext } from 'routekey/next'
import { requireKey, withKey } from 'routekey/node'
import { createMemoryStore } from 'routekey/stores/memory'
import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'

import { makeKeyedVerifier } from '../adapters/make-keyed-verifier.ts'

const {
  SCENARIO_API_KEY: allowed,
  SCENARIO_NARROW_API_KEY: narrow,
  SCENARIO_UNREADABLE_API_KEY: unreadable,
} = process.env
const replayStore = createMemoryReplayStore()
const verifiers = {
  '/guarded': envSecret('SCENARIO_SECRET'),
  '/query': envSecret('SCENARIO_SECRET', { query: true }),
  '/unset': envSecret('SCENARIO_UNSET', { logger: { error: () => undefined } }),
  '/webhook': envWebhook('SCENARIO_WEBHOOK', { replayStore, maxBodyBytes: 64 * 1024 }),
  '/keyed': makeKeyedVerifier({ createKeyring, hashKey, createMemoryStore }, { allowed, narrow, unreadable }),
}
const paths = Object.entries(verifiers)
const headers = { 'cache-control': 'public' }
let runs = 0

/** Serves with the runtime's own server, and returns its port. */
async function serveFetch(fetch) {
  if (typeof Bun !== 'undefined')
    return Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => fetch(request) }).port
  return Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => undefined }, (request) => fetch(request)).addr
    .port
}

async function serveNode(listener) {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server.address().port
}

async function handleNode(request, response, { caller }) {
  runs += 1
  const body = await text(request)
  response.writeHead(200, headers).end(JSON.stringify({ caller, body }))
}

async function handleFetch(request, { caller }) {
  runs += 1
  return Response.json({ caller, body: await request.text() }, { headers })
}

const servers = {
  'node:http': () => {
    const routes = Object.fromEntries(paths.map(([path, verifier]) => [path, withKey(verifier, handleNode)]))
    return serveNode((request, response) => {
      const [path] = request.url.split('?')
      if (path === '/runs') response.end(String(runs))
      else void routes[path](request, response)
    })
  },
  express: () => {
    const app = express()
    for (const [path, verifier] of paths) {
      const guard = requireKey(verifier)
      app.all(path, guard, express.text({ type: '*/*', limit: '2mb' }), (request, response) => {
        runs += 1
        response.set(headers).json({ caller: guard.callerOf(request), body: request.body })
      })
    }
    app.get('/runs', (_request, response) => void response.send(String(runs)))
    return serveNode(app)
  },
  fastify: async () => {
    const app = fastify({ bodyLimit: 2_000_000 })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    for (const [path, verifier] of paths) {
      const guard = requireKeyInFastify(verifier)
      app.all(path, {
        onRequest: guard,
        handler: (request, reply) => {
          runs += 1
          return reply.headers(headers).send({ caller: guard.callerOf(request), body: request.body })
        },
      })
    }
    app.get('/runs', () => String(runs))
    return new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port
  },
  hono: () => {
    const app = new Hono()
    for (const [path, verifier] of paths) app.use(path, requireKeyInHono(verifier))
    app.get('/runs', (c) => c.text(String(runs)))
    app.all('*', async (c) => {
      runs += 1
      return c.json({ caller: c.var.caller, body: await c.req.text() }, 200, headers)
    })
    return serveFetch(app.fetch)
  },
  fetch: () => {
    const routes = Object.fromEntries(paths.map(([path, verifier]) => [path, withKeyOfNext(verifier, handleFetch)]))
    return serveFetch(async (request) => {
      const { pathname } = new URL(request.url)
      return pathname === '/runs' ? new Response(String(runs)) : routes[pathname](request, {})
    })
  },
}

process.stdout.write(`port ${await servers[process.argv[2]]()}\n`)
