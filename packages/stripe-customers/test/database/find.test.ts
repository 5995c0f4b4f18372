import { once } from 'node:events'
import { createServer } from 'node:http'
import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createStripeCustomers } from '../../src/index.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

const pageSize = 100

describe('looking for the customer of an old profile', () => {
  let database: PGlite
  let standIn: StripeStandIn

  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([createTestDatabase(), startStripe({ account: 'acct_1' })])
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  /** A profile that is older than the engine. */
  const signUpBefore = async (email: string | null) => {
    const id = await signUp(database, email)
    await database.query('update public.stripe_customer_work set look_first = true where profile_id = $1', [id])
    return id
  }

  it.each([
    ['the original has a subscription', 'original', 'original'],
    ['neither is in use', null, 'original'],
    ['only the duplicate has a subscription', 'duplicate', 'duplicate'],
  ] as const)(
    'links what reconciling would keep, if the duplicate has the present e-mail and %s',
    async (_what, subscribed, linked) => {
      const id = await signUpBefore(`${subscribed}@example.com`)
      const { customers } = createStripe(standIn)
      const metadata = { profile_id: id }
      const original = await customers.create({ email: `before-${subscribed}@example.com`, metadata })
      standIn.advanceClock(1000)
      const duplicate = await customers.create({ email: `${subscribed}@example.com`, metadata })
      const ids = { original: original.id, duplicate: duplicate.id }
      if (subscribed !== null) standIn.addSubscription(ids[subscribed])
      const engine = createStripeCustomers({ postgres: database, stripe: createStripe(standIn), livemode: false })
      expect(await engine.provision(id)).toEqual({ outcome: 'provisioned', stripeCustomer: ids[linked] })
    },
  )

  it('fails with the way out if there is no e-mail, no search, and more customers than an attempt can list', async () => {
    let nowMs = Date.now()
    const requests: string[] = []
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
      requests.push(pathname)
      const start = Number(searchParams.get('starting_after')?.slice('cus_'.length) ?? 0)
      const data = Array.from({ length: searchParams.has('created[gte]') ? 0 : pageSize }, (_, place) => ({
        object: 'customer',
        id: `cus_${start + place + 1}`,
        email: null,
        metadata: {},
        created: 1,
      }))
      const isList = pathname === '/v1/customers'
      const isAccount = pathname === '/v1/account'
      const body = isList ? { object: 'list', data, has_more: data.length > 0 } : { object: 'account', id: 'acct_1' }
      const refusal = { error: { type: 'invalid_request_error', message: 'Search is not available.' } }
      // Each request takes a tenth of a second.
      nowMs += 100
      response.writeHead(isList || isAccount ? 200 : 400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(isList || isAccount ? body : refusal))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = z.object({ port: z.int() }).parse(server.address())
    try {
      const id = await signUpBefore(null)
      const engine = createStripeCustomers({
        postgres: database,
        stripe: createStripe({ port }),
        clock: () => new Date(nowMs),
        sleep: async (ms) => void (nowMs += ms),
        livemode: false,
        waitMs: 0,
      })
      const result = await engine.provision(id)
      expect(result).toMatchObject({ outcome: 'failed', error: { code: 'stripe_refused' } })
      expect(JSON.stringify(result)).toMatch(
        new RegExp(`an attempt listed \\d{4,}\\. Give the profile an e-mail, .*relink ${id} <customer-id>`),
      )
      expect(requests.filter((path) => path === '/v1/customers/search')).toHaveLength(1)
      // It is not tried for ever.
      const { rows } = await database.query('select state from public.stripe_customer_work where profile_id = $1', [id])
      expect(rows).toEqual([{ state: 'failed' }])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
