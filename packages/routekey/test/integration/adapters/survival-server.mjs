import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'

import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { envSecret } from 'routekey'
import { requireKey as requireKeyInFastify } from 'routekey/fastify'
import { requireKey as requireKeyInHono } from 'routekey/hono'
import { withKey } from 'routekey/node'
import { envWebhook, generateWebhookSecret } from 'routekey/webhooks'

const verifier = envSecret('S')
const webhook = envWebhook('HOOK', { env: { HOOK: generateWebhookSecret() } })
const reject = async () => {
  throw new Error('broken')
}
const rejectWithNothing = () => Promise.reject()
const throwAtOnce = () => {
  throw new Error('broken')
}
const ok = () => 'ok'
const slowly = async () => {
  await sleep(50)
  return 'ok'
}

/** The routes: a verifier, a handler that returns what to send, and the options of the guard. */
const routes = {
  '/ok': [verifier, ok],
  '/denied-throws': [verifier, ok, { onDenied: throwAtOnce }],
  '/denied-rejects': [verifier, ok, { onDenied: reject }],
  '/respond-rejects': [verifier, ok, { respond: reject }],
  '/verify-rejects': [{ verify: reject }, ok],
  '/handler-rejects': [verifier, reject],
  '/handler-throws': [verifier, throwAtOnce],
  '/handler-rejects-with-nothing': [verifier, rejectWithNothing],
  '/slow': [verifier, slowly],
  '/hook': [webhook, ok],
}

const guarded = ([guard, handle, options]) =>
  withKey(guard, async (_request, response) => response.end(await handle()), options)

function createListener() {
  const handlers = Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, guarded(route)]))
  return (request, response) => void handlers[request.url]?.(request, response)
}

function createExpress(framework) {
  const app = framework()
  for (const [path, route] of Object.entries(routes)) app.all(path, guarded(route))
  return createServer(app)
}

function createHono() {
  const app = new Hono()
  for (const [path, [guard, handle, options]] of Object.entries(routes)) {
    // Hono does not handle a handler that rejects without an error.
    const run = handle === rejectWithNothing ? reject : handle
    app.all(path, requireKeyInHono(guard, options), async () => new Response(await run()))
  }
  return createAdaptorServer({ fetch: app.fetch })
}

async function createFastify() {
  const app = fastify()
  for (const [url, [guard, handle, options]] of Object.entries(routes)) {
    app.all(url, { onRequest: requireKeyInFastify(guard, options), handler: async () => handle() })
  }
  await app.ready()
  return app.server
}

const servers = {
  'node:http': () => createServer(createListener()),
  'node:http2': () => createHttp2Server(createListener()),
  express: () => createExpress(express),
  express4: () => createExpress(express4),
  fastify: createFastify,
  hono: createHono,
}

const server = await servers[process.argv[2]]()
if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(String(server.address().port))
