import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { envSecret } from 'routekey'
import { withKey } from 'routekey/next-pages'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { StripeCustomers } from '../create-stripe-customers.ts'
import { createStripeCustomersRoute, type PagesHandler } from './next-pages.ts'

const id = '3f0c8c1e-6f0a-4c55-9c3e-0d6f4d0a9b11'
const secret = randomBytes(32).toString('hex')
const notification = { type: 'INSERT', table: 'profiles', schema: 'public', record: { id } }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

const asked: unknown[] = []
const customers: StripeCustomers = {
  provision: async (profileId) => {
    asked.push(profileId)
    return { outcome: 'provisioned', stripeCustomer: 'cus_1' }
  },
  sweep: async (options) => {
    asked.push(options)
    return { repaired: 0, claimed: 0, done: 0, retrying: 0, failed: 0, lost: 0, stopped: 'idle' }
  },
  readWakeUps: () => Promise.reject(new Error('Not asked.')),
  applyEvent: () => Promise.reject(new Error('Not asked.')),
}
const route = createStripeCustomersRoute({ customers, table: 'public.profiles' })

/** Serves a handler as the Pages Router does. `parsed`: the body that Next.js parsed, if it parses. */
async function call(handler: PagesHandler, init: RequestInit, parsed?: { body: unknown }) {
  asked.length = 0
  const guarded = withKey(envSecret('API_ROUTE_SECRET', { env: { API_ROUTE_SECRET: secret } }), handler)
  const listening = createServer((request, response) => {
    void guarded(Object.assign<IncomingMessage, object>(request, parsed ?? {}), response)
  })
  server = listening
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.int() }).parse(listening.address())
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${secret}` }, ...init })
  const body: unknown = await response.json()
  return { status: response.status, allow: response.headers.get('allow'), body }
}

it.each([
  ['that Next.js parsed', { body: notification }],
  ['that Next.js left as text', { body: JSON.stringify(notification) }],
  ['that Next.js left in the stream', undefined],
])('gives the profile of a notification its customer, from a body %s', async (_what, parsed) => {
  const init = { method: 'POST', body: JSON.stringify({ ...notification, note: 'é🦊'.repeat(9000) }) }
  const { status, body } = await call(route.provision, init, parsed)
  expect([status, body]).toEqual([200, { message: 'stripe customer created: cus_1' }])
  expect(asked).toEqual([id])
})

it('sweeps for a schedule that sends GET or POST', async () => {
  for (const method of ['GET', 'POST']) {
    expect(await call(route.sweep, { method })).toMatchObject({ status: 200, body: { stopped: 'idle' } })
    expect(asked).toEqual([{ budgetMs: 15_000 }])
  }
})

it.each<[string, number, RequestInit, { body: unknown } | undefined]>([
  ['no key', 401, { method: 'POST', headers: {} }, undefined],
  ['another method', 405, { method: 'GET' }, undefined],
  ['null', 400, { method: 'POST', body: 'null' }, { body: null }],
  ['an empty body', 400, { method: 'POST' }, { body: '' }],
  ['a body of more than 64 KiB', 413, { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) }, undefined],
])('refuses %s with %d, and does not ask the engine', async (_what, status, init, parsed) => {
  const refused = await call(route.provision, init, parsed)
  expect(refused.status).toBe(status)
  expect(refused.allow).toBe(status === 405 ? 'POST' : null)
  expect(asked).toEqual([])
})

it('refuses everyone as long as no guard wraps the handler', async () => {
  const listening = createServer((request, response) => void route.sweep(request, response, { caller: undefined }))
  server = listening
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.int() }).parse(listening.address())
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500)
})
