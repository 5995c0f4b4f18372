import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { Stripe } from 'stripe'
import { afterEach, describe, expect, it } from 'vitest'
import { systemTiming } from '../timing.ts'
import { createPace } from './pace.ts'
import { createStripeGateway, type StripeGateway } from './stripe-gateway.ts'

const profile = '00000000-0000-4000-8000-000000000001'

function makeCustomer(customer: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    object: 'customer',
    id: 'cus_1',
    email: null,
    metadata: { profile_id: profile },
    created: 1_700_000_000,
    ...customer,
  }
}

function makePage(...data: unknown[]): Record<string, unknown> {
  return { object: 'list', data, has_more: false, url: '/v1/customers' }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

function create(gateway: StripeGateway) {
  return gateway.create({ email: 'ada@example.com', metadata: { profile_id: profile } }, 'customer-1')
}

describe('createStripeGateway', () => {
  const servers: Server[] = []
  let requests: { method: string; url: string; key: string | undefined }[] = []

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
    requests = []
  })

  async function connect(respond: RequestListener, leaseExpiresAt = new Date(8.64e15)): Promise<StripeGateway> {
    const server = createServer((request, response) => {
      const key = request.headers['idempotency-key']
      requests.push({ method: request.method ?? '', url: request.url ?? '', key: key?.toString() })
      respond(request, response)
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const stripe = new Stripe('sk_test_1', { protocol: 'http', host: '127.0.0.1', port, telemetry: false })
    let keys = 0
    return createStripeGateway(
      {
        stripe,
        pace: createPace(systemTiming),
        requestTimeoutMs: 300,
        clock: systemTiming.clock,
        randomUUID: () => `key-${(keys += 1)}`,
      },
      leaseExpiresAt,
    )
  }

  it.each([
    ['a maintenance page in JSON, without an error', 503, { message: 'down for maintenance' }],
    ['an empty object', 200, {}],
    ['another kind of object', 200, { object: 'charge', id: 'ch_1' }],
    ['a customer without an id', 200, makeCustomer({ id: undefined })],
    ['a customer with an id of another kind', 200, makeCustomer({ id: 'sub_1' })],
    ['a deleted customer as the response to a creation', 200, { object: 'customer', id: 'cus_1', deleted: true }],
    ['metadata that is not text', 200, makeCustomer({ metadata: { profile_id: 1 } })],
  ])('refuses %s as a customer', async (_what, status, body) => {
    expect(await create(await connect(json(status, body)))).toMatchObject({
      ok: false,
      failure: { code: 'stripe_malformed', unsettled: true },
    })
  })

  it('treats a request that got an error page as unsettled', async () => {
    const gateway = await connect((_request, response) => response.writeHead(502).end('<html>Bad Gateway</html>'))
    expect(await create(gateway)).toMatchObject({ ok: false, failure: { code: 'stripe_unreachable', unsettled: true } })
  })

  it('stops waiting for a response that trickles in', async () => {
    let isOpen = true
    const gateway = await connect((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.once('close', () => {
        isOpen = false
        clearInterval(drip)
      })
    })
    expect(await create(gateway)).toMatchObject({ ok: false, failure: { code: 'stripe_unreachable', unsettled: true } })
    expect(isOpen).toBe(true)
  })

  it('sends nothing after the lease has expired', async () => {
    const gateway = await connect(json(200, makeCustomer()), new Date(Date.now() - 1))
    expect(await create(gateway)).toMatchObject({
      ok: false,
      failure: { code: 'stripe_rate_limited', unsettled: false },
    })
    expect(requests).toEqual([])
  })

  it('creates under the given key and updates under a new one each time', async () => {
    const gateway = await connect(json(200, makeCustomer()))
    await create(gateway)
    await gateway.update('cus_1', null, profile)
    await gateway.update('cus_1', null, profile)
    expect(requests.map(({ key }) => key)).toEqual(['customer-1', 'key-1', 'key-2'])
  })

  it('recognises a replayed response', async () => {
    const replayed = await connect(json(200, makeCustomer(), { 'idempotent-replayed': 'true' }))
    expect(await create(replayed)).toMatchObject({ ok: true, replayed: true })
    const first = await connect(json(200, makeCustomer(), { 'idempotent-replayed': 'false' }))
    expect(await create(first)).toMatchObject({ ok: true, replayed: false })
  })

  describe('find', () => {
    const query = { profileId: profile, email: 'ada@example.com', except: null, isOfKey: false }
    const other = makeCustomer({ id: 'cus_2', metadata: { profile_id: 'another' }, email: 'ada@example.com' })
    const stranger = makeCustomer({ id: 'cus_3', metadata: {}, email: 'ada@example.com' })
    const refusal = { error: { type: 'invalid_request_error', message: 'no search here' } }

    it('never adopts a customer with the same address but another profile’s id, or without one', async () => {
      const gateway = await connect(json(200, makePage(other, stranger)))
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: null })
    })

    it('returns the oldest of several', async () => {
      const first = makeCustomer({ id: 'cus_0', created: 1_600_000_000 })
      const gateway = await connect(json(200, makePage(makeCustomer(), first, other)))
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: { id: 'cus_0' } })
    })

    /** Answers by path: the list, the search, and what each customer has. */
    const respond =
      (bodies: { list?: unknown[]; search?: unknown[]; retrieve?: unknown; subscribed?: string }): RequestListener =>
      (request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
        const customer = searchParams.get('customer')
        const answers: Record<string, unknown> = {
          '/v1/customers': makePage(...(bodies.list ?? [])),
          '/v1/customers/search': makePage(...(bodies.search ?? [])),
          '/v1/subscriptions': makePage(...(customer === bodies.subscribed ? [{ id: 'sub_1' }] : [])),
          '/v1/invoices': makePage(),
        }
        const isMethods = pathname.endsWith('/payment_methods')
        const retrieved = bodies.retrieve ?? makeCustomer({ balance: 0 })
        json(200, answers[pathname] ?? (isMethods ? makePage() : retrieved))(request, response)
      }
    const older = makeCustomer({ id: 'cus_0', created: 1_600_000_000, email: 'before@example.com', balance: 0 })

    it('prefers an older customer that only the search has to one with the present address', async () => {
      const gateway = await connect(respond({ list: [makeCustomer()], search: [older], retrieve: older }))
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: { id: 'cus_0' } })
    })

    it('prefers a newer customer that has a subscription, as reconciling does', async () => {
      const gateway = await connect(respond({ list: [makeCustomer(), older], subscribed: 'cus_1' }))
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: { id: 'cus_1' } })
    })

    it('asks for the list alone if it has the customer of a key', async () => {
      const gateway = await connect(respond({ list: [makeCustomer()], search: [older] }))
      expect(await gateway.find({ ...query, isOfKey: true })).toMatchObject({ ok: true, value: { id: 'cus_1' } })
      expect(requests).toHaveLength(1)
    })

    it.each([
      ['was deleted', { object: 'customer', id: 'cus_0', deleted: true }],
      ['was marked for another profile', { ...older, metadata: { profile_id: 'another' } }],
    ])('does not return a customer that %s since the search last knew it', async (_what, retrieve) => {
      const gateway = await connect(respond({ search: [older], retrieve }))
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: null })
    })

    it('looks past the linked customer', async () => {
      const gateway = await connect(json(200, makePage(makeCustomer(), older)))
      expect(await gateway.find({ ...query, except: 'cus_0' })).toMatchObject({ ok: true, value: { id: 'cus_1' } })
    })

    it('reads every page of the list', async () => {
      const gateway = await connect((request, response) => {
        const isLast = request.url?.includes('starting_after=cus_2') === true
        const page = isLast ? makePage(makeCustomer()) : { ...makePage(other), has_more: true }
        json(200, page)(request, response)
      })
      expect(await gateway.find({ ...query, isOfKey: true })).toMatchObject({ ok: true, value: { id: 'cus_1' } })
      expect(requests).toHaveLength(2)
    })

    it('recognises the id of the profile in capitals', async () => {
      const gateway = await connect(
        json(200, makePage(makeCustomer({ metadata: { profile_id: profile.toUpperCase() } }))),
      )
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: { id: 'cus_1' } })
    })

    it('lists all customers if there is no address and Stripe refuses to search', async () => {
      const gateway = await connect((request, response) => {
        const isRecent = request.url?.includes('created') === true
        const isSearch = request.url?.startsWith('/v1/customers/search') === true
        json(isSearch ? 400 : 200, isSearch ? refusal : makePage(...(isRecent ? [] : [makeCustomer()])))(
          request,
          response,
        )
      })
      expect(await gateway.find({ ...query, email: null })).toMatchObject({ ok: true, value: { id: 'cus_1' } })
      expect(requests.map(({ url }) => url)).toContain('/v1/customers?limit=100')
    })

    it('lists the customers of the last hour if there is no address', async () => {
      const gateway = await connect(json(200, makePage(makeCustomer())))
      expect(await gateway.find({ ...query, email: null })).toMatchObject({ ok: true, value: { id: 'cus_1' } })
      expect(requests[0]?.url).toMatch(/^\/v1\/customers\?created\[gte\]=\d+&limit=100$/)
    })

    it('relies on the list alone if Stripe refuses to search', async () => {
      const gateway = await connect((request, response) => {
        const isSearch = request.url?.startsWith('/v1/customers/search') === true
        json(isSearch ? 400 : 200, isSearch ? refusal : makePage())(request, response)
      })
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: null })
    })

    it.each([
      ['the list is refused', 400, /^\/v1\/customers\?/],
      ['the list fails', 500, /^\/v1\/customers\?/],
      ['the search fails', 500, /^\/v1\/customers\/search/],
      ['the search is limited', 429, /^\/v1\/customers\/search/],
    ])('does not report a missing customer if %s', async (_what, status, failing) => {
      const gateway = await connect((request, response) => {
        const fails = failing.test(request.url ?? '')
        json(fails ? status : 200, fails ? refusal : makePage())(request, response)
      })
      expect(await gateway.find(query)).toMatchObject({ ok: false })
    })

    it('passes over customers with ids of their own, also without the other fields', async () => {
      const neighbour = { object: 'customer', id: 'account_42', metadata: null }
      let pages = 0
      const gateway = await connect((request, response) => {
        pages += 1
        const page = pages === 1 ? { ...makePage(makeCustomer(), neighbour), has_more: true } : makePage(neighbour)
        json(200, page)(request, response)
      })
      expect(await gateway.find(query)).toMatchObject({ ok: true, value: { id: 'cus_1' } })
      expect(requests[1]!.url).toContain('starting_after=account_42')
    })

    it('does not report a missing customer if a page is malformed', async () => {
      const gateway = await connect(json(200, { data: [{}], has_more: false }))
      expect(await gateway.find(query)).toMatchObject({ ok: false, failure: { code: 'stripe_malformed' } })
    })
  })

  describe('deleted customers', () => {
    const missing = { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such customer' } }

    const respondDeleted: RequestListener = (request, response) => {
      const body = request.method === 'GET' ? { object: 'customer', id: 'cus_1', deleted: true } : missing
      json(request.method === 'GET' ? 200 : 404, body)(request, response)
    }

    it('are told from customers that never existed when an update fails with 404', async () => {
      const deleted = await connect(respondDeleted)
      expect(await deleted.update('cus_1', null, profile)).toMatchObject({ ok: true, value: 'deleted' })
      const never = await connect(json(404, missing))
      expect(await never.update('cus_1', null, profile)).toMatchObject({
        ok: false,
        failure: { code: 'stripe_missing' },
      })
    })

    it('can be deleted again', async () => {
      const gateway = await connect(respondDeleted)
      expect(await gateway.delete('cus_1')).toMatchObject({ ok: true, value: 'deleted' })
    })

    it.each([
      ['that the account never had', json(404, missing), 'stripe_missing'],
      [
        'that still exists',
        (request, response) => {
          const isRetrieve = request.method === 'GET'
          json(isRetrieve ? 200 : 404, isRetrieve ? makeCustomer() : missing)(request, response)
        },
        'stripe_missing',
      ],
      [
        'that Stripe fails to retrieve',
        (request, response) => {
          const isRetrieve = request.method === 'GET'
          json(isRetrieve ? 500 : 404, isRetrieve ? { error: { type: 'api_error' } } : missing)(request, response)
        },
        'stripe_unavailable',
      ],
    ] satisfies [string, RequestListener, string][])(
      'are not confused with a customer %s',
      async (_what, answer, code) => {
        const gateway = await connect(answer)
        expect(await gateway.delete('cus_1')).toMatchObject({ ok: false, failure: { code } })
      },
    )
  })
})
