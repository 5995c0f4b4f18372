import { randomBytes } from 'node:crypto'
import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { describe, expect, it } from 'vitest'
import type { StripeCustomers } from '../create-stripe-customers.ts'
import { StripeCustomersError } from '../errors.ts'
import type { ProvisionResult } from '../work/provision-profile.ts'
import { createStripeCustomersRoute } from './next.ts'

const id = '3f0c8c1e-6f0a-4c55-9c3e-0d6f4d0a9b11'
const secret = randomBytes(32).toString('hex')
const env = { API_ROUTE_SECRET: secret }
const notification = JSON.stringify({ type: 'INSERT', table: 'profiles', schema: 'public', record: { id } })
const counts = { repaired: 0, claimed: 2, done: 2, retrying: 0, failed: 0, lost: 0, stopped: 'idle' } as const

/** Creates guarded handlers whose engine answers like this, and records what it was asked and what it reported. */
function makeRoute(provision: () => Promise<ProvisionResult>) {
  const asked: unknown[] = []
  const reported: string[] = []
  const customers: StripeCustomers = {
    provision: (profileId) => {
      asked.push(profileId)
      return provision()
    },
    sweep: async (options) => {
      asked.push(options)
      return counts
    },
    applyEvent: () => Promise.reject(new Error('Not asked.')),
    readWakeUps: () => Promise.reject(new Error('Not asked.')),
  }
  const route = createStripeCustomersRoute({
    customers,
    table: 'public.profiles',
    budgetMs: 7000,
    onError: ({ message }) => reported.push(message),
  })
  const guard = envSecret('API_ROUTE_SECRET', { env })
  const call = async (handler: typeof route.provision, init: RequestInit = {}, key = secret) => {
    const headers = { authorization: `Bearer ${key}` }
    const request = new Request('https://app.example.com/api', { method: 'POST', ...init, headers })
    return withKey(guard, handler)(request, { params: Promise.resolve({}) })
  }
  return { route, call, asked, reported }
}

const provisioned = (): Promise<ProvisionResult> => Promise.resolve({ outcome: 'provisioned', stripeCustomer: 'cus_1' })

function failToConfigure(): never {
  throw new TypeError('not configured')
}

describe('createStripeCustomersRoute', () => {
  it('gives the profile of a notification its customer', async () => {
    const { route, call, asked } = makeRoute(provisioned)
    const response = await call(route.provision, { body: notification })
    expect([response.status, await response.json()]).toEqual([200, { message: 'stripe customer created: cus_1' }])
    expect(asked).toEqual([id])
  })

  it('sweeps within its budget, and responds with counts', async () => {
    const { route, call, asked } = makeRoute(provisioned)
    const response = await call(route.sweep)
    expect([response.status, await response.json()]).toEqual([200, counts])
    expect(response.headers.get('cache-control')).toContain('no-store')
    expect(asked).toEqual([{ budgetMs: 7000 }])
  })

  it('does not ask the engine about a deleted profile', async () => {
    const { route, call, asked } = makeRoute(provisioned)
    const body = notification.replace('INSERT', 'DELETE').replace('"record"', '"old_record"')
    expect((await call(route.provision, { body })).status).toBe(200)
    expect(asked).toEqual([])
  })

  it.each<[string, number, ProvisionResult]>([
    ['unknown_profile', 404, { outcome: 'unknown_profile' }],
    [
      'failed',
      502,
      {
        outcome: 'failed',
        error: { code: 'stripe_refused', message: 'secret detail' },
      },
    ],
    ['pending', 503, { outcome: 'pending', retryAt: new Date(Date.now() + 3_600_000), reason: null }],
  ])('answers %s with %d', async (_outcome, status, result) => {
    const { route, call } = makeRoute(() => Promise.resolve(result))
    const response = await call(route.provision, { body: notification })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('retry-after') ?? 'none').toMatch(status === 503 ? /^3(?:59\d|600)$/ : /^none$/)
    expect(await response.text()).not.toContain('secret detail')
  })

  it.each([
    ['no body', 400, ''],
    ['a body that is not JSON', 400, '{"type":'],
    ['null', 400, 'null'],
    ['another table', 422, notification.replace('profiles', 'orders')],
    ['a body of more than 64 KiB', 413, notification.padEnd(64 * 1024 + 1)],
  ])('refuses %s with %d, and does not ask the engine', async (_what, status, body) => {
    const { route, call, asked } = makeRoute(provisioned)
    expect((await call(route.provision, { body })).status).toBe(status)
    expect(asked).toEqual([])
  })

  it('reads no more of a body without a length than its limit', async () => {
    const { route, call } = makeRoute(provisioned)
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(16 * 1024).fill(32))
      },
    })
    expect((await call(route.provision, { body, duplex: 'half' })).status).toBe(413)
    expect(pulled).toBeLessThan(10)
  })

  it('answers 503 when the database does not, and reports it', async () => {
    const code = 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE'
    const { route, call, reported } = makeRoute(() => Promise.reject(new StripeCustomersError(code, 'No database.')))
    const response = await call(route.provision, { body: notification })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.text()).not.toContain('No database.')
    expect(reported).toEqual(['No database.'])
  })

  it('passes other errors on to the framework', async () => {
    const { route, call } = makeRoute(() => Promise.reject(new TypeError('a fault of the program')))
    await expect(call(route.provision, { body: notification })).rejects.toThrow(TypeError)
  })

  it('asks a function for the engine at each request', async () => {
    const route = createStripeCustomersRoute({ customers: failToConfigure, table: 'public.profiles' })
    await expect(route.sweep(new Request('https://app.example.com/'), { caller: 'cron' })).rejects.toThrow(
      'not configured',
    )
  })

  it('refuses a caller without the key, and everyone as long as no guard wraps the handler', async () => {
    const { route, call, asked, reported } = makeRoute(provisioned)
    expect((await call(route.provision, { body: notification }, 'x')).status).toBe(401)
    const open = [route.provision, route.sweep].map((handler) =>
      handler(new Request('https://app.example.com/', { method: 'POST', body: notification }), { caller: undefined }),
    )
    expect((await Promise.all(open)).map(({ status }) => status)).toEqual([500, 500])
    expect(asked).toEqual([])
    expect(reported).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('withKey')))
  })
})
