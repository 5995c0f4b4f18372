import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { WakeUps } from '@routekey/stripe-customers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

/** Stands in for Supabase and Stripe: responds with an empty list in the format of each. */
const services = createServer((request, response) => {
  const isStripe = request.url?.startsWith('/v1/') === true
  const isSettings = request.url === '/auth/v1/settings'
  requests.push(isStripe ? 'stripe' : isSettings ? 'settings' : 'supabase')
  response.writeHead(status, { 'content-type': 'application/json' })
  if (isSettings) return response.end(JSON.stringify({ mailer_autoconfirm: isAutoconfirmed }))
  response.end(isStripe ? '{"object":"list","data":[],"has_more":false,"url":"/v1/customers"}' : '[]')
})
let requests: string[] = []
let status = 200
let isAutoconfirmed = false
let written: string[] = []

beforeAll(async () => {
  services.listen(0, '127.0.0.1')
  await once(services, 'listening')
})
afterAll(() => {
  services.closeAllConnections()
  services.close()
})

beforeEach(() => {
  requests = []
  written = []
  status = 200
  isAutoconfirmed = false
  const address = services.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const url = `http://127.0.0.1:${address.port}`
  const secret = randomBytes(32).toString('hex')
  const env = {
    API_ROUTE_SECRET: secret,
    CRON_SECRET: secret,
    NEXT_PUBLIC_SUPABASE_URL: url,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_1',
    SUPABASE_SECRET_KEY: 'sb_secret_1',
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_API_BASE: url,
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0)
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.resetModules()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const wakeUps: WakeUps = { state: 'ok', madeByWakeUp: 2, madeBySchedule: 1, results: { '200': 2 }, problem: null }
const readWakeUps = async () => wakeUps
const wakeUpHealth = { state: 'ok', made_by_wake_up: 2, made_by_schedule: 1, results: { '200': 2 }, problem: null }

const allOk = { api_route_secret: 'ok', cron_secret: 'ok', supabase: 'ok', stripe: 'ok' }

it('is ok if every part is configured and responds', async () => {
  const { readHealth } = await import('./health.ts')
  expect(await readHealth(readWakeUps)).toEqual({ status: 'ok', parts: allOk, wake_ups: wakeUpHealth })
})

it.each(['', 'changeme'])('reports the secret of a route as not configured if it is %j', async (secret) => {
  vi.stubEnv('API_ROUTE_SECRET', secret)
  const { readHealth } = await import('./health.ts')
  const parts = { ...allOk, api_route_secret: 'not_configured' }
  expect(await readHealth(readWakeUps)).toEqual({ status: 'unavailable', parts, wake_ups: wakeUpHealth })
})

it('distinguishes a service that fails from one that is not configured', async () => {
  status = 500
  vi.stubEnv('STRIPE_SECRET_KEY', '')
  const { readHealth } = await import('./health.ts')
  const parts = { ...allOk, supabase: 'unreachable', stripe: 'not_configured' }
  expect(await readHealth(readWakeUps)).toEqual({ status: 'unavailable', parts, wake_ups: wakeUpHealth })
})

it('is degraded while wake-ups fail, says why, and logs it once', async () => {
  const problem = 'The route refuses the secret (HTTP 401).'
  const { readHealth } = await import('./health.ts')
  for (let check = 0; check < 2; check += 1) {
    const health = await readHealth(async () => ({ ...wakeUps, state: 'failing', results: { '401': 3 }, problem }))
    expect(health).toEqual({
      status: 'degraded',
      parts: allOk,
      wake_ups: { ...wakeUpHealth, state: 'failing', results: { '401': 3 }, problem },
    })
    vi.setSystemTime(Date.now() + 5001)
  }
  expect(written.filter((line) => line.includes('HTTP 401'))).toHaveLength(1)
})

it('stays ok if the wake-ups cannot be read', async () => {
  const { readHealth } = await import('./health.ts')
  const health = await readHealth(() => Promise.reject(new Error('no such function')))
  expect(health).toEqual({ status: 'ok', parts: allOk, wake_ups: null })
  expect(written.filter((line) => line.includes('no such function'))).toHaveLength(1)
})

it.each([
  ['5 seconds while every part is ok', undefined, 5000],
  ['1 second while a part is missing', '', 1000],
])('checks the services at most once in %s', async (_name, cronSecret, cacheMs) => {
  if (cronSecret !== undefined) vi.stubEnv('CRON_SECRET', cronSecret)
  const { readHealth } = await import('./health.ts')
  const first = await readHealth(readWakeUps)
  await Promise.all([readHealth(readWakeUps), readHealth(readWakeUps)])
  vi.setSystemTime(Date.now() + cacheMs - 1)
  expect(await readHealth(readWakeUps)).toEqual(first)
  expect(requests.toSorted()).toEqual(['settings', 'stripe', 'supabase'])
  vi.setSystemTime(Date.now() + 1)
  await readHealth(readWakeUps)
  expect(requests.toSorted()).toEqual(['settings', 'settings', 'stripe', 'stripe', 'supabase', 'supabase'])
})

it('warns once while Supabase does not confirm addresses, and stays ok', async () => {
  isAutoconfirmed = true
  const { readHealth } = await import('./health.ts')
  for (let check = 0; check < 2; check += 1) {
    expect(await readHealth(readWakeUps)).toEqual({ status: 'ok', parts: allOk, wake_ups: wakeUpHealth })
    vi.setSystemTime(Date.now() + 5001)
  }
  expect(written.filter((line) => line.includes('auth.confirmations_off'))).toHaveLength(1)
  isAutoconfirmed = false
  await readHealth(readWakeUps)
  vi.setSystemTime(Date.now() + 5001)
  isAutoconfirmed = true
  await readHealth(readWakeUps)
  expect(written.filter((line) => line.includes('auth.confirmations_off'))).toHaveLength(2)
})
