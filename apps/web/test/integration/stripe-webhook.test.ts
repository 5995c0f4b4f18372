import { Stripe } from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '#test/support/send.ts'
import { listCustomers, signUp, type Stack, startStack } from '#test/support/stack.ts'

const eventBody = (id: string, customer: string, type = 'customer.deleted') =>
  JSON.stringify({ id, object: 'event', type, data: { object: { id: customer, object: 'customer', email: null } } })

describe('POST /api/stripe/webhook', () => {
  let stack: Stack
  beforeAll(async () => {
    // No sweep runs during the tests, so everything comes from the events.
    stack = await startStack({ sweepIntervalMs: 3_600_000 })
  })
  afterAll(async () => {
    await stack.stop()
  })

  const address = () => `${stack.webUrl}/api/stripe/webhook`
  const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: stack.env.STRIPE_WEBHOOK_SECRET!, ...options })
  const post = (payload: string, signature: string | null = sign(payload)) =>
    send(address(), {
      headers: ['content-type', 'application/json', ...(signature === null ? [] : ['stripe-signature', signature])],
      body: payload,
    })
  const customerOf = async (profileId: string): Promise<string | null> => {
    const { data, error } = await stack.admin.from('profile').select('stripe_customer').eq('id', profileId).single()
    if (error !== null) throw error
    return data.stripe_customer
  }
  const provisioned = async () => {
    const user = await signUp(stack)
    await expect.poll(() => customerOf(user.id), { interval: 50 }).toMatch(/^cus_/)
    return { ...user, customer: (await customerOf(user.id))! }
  }
  const recorded = async (id: string) => (await stack.admin.from('stripe_event').select('id').eq('id', id)).data
  const live = async (profileId: string) =>
    (await listCustomers(stack)).filter(({ metadata }) => metadata['profile_id'] === profileId)

  it('creates another customer for a profile if its own is deleted in the dashboard', async () => {
    const { id, email, customer } = await provisioned()
    await stack.stripe.customers.del(customer)
    await expect.poll(() => customerOf(id), { interval: 50 }).not.toBe(customer)
    await expect.poll(() => customerOf(id), { interval: 50 }).toMatch(/^cus_/)
    const customers = await live(id)
    expect(customers).toMatchObject([{ id: await customerOf(id), email }])
  })

  it('restores the email of a customer if it is changed in the dashboard', async () => {
    const { id, email, customer } = await provisioned()
    await stack.stripe.customers.update(customer, { email: 'changed@example.com', name: 'Kept' })
    const read = async () => (await stack.stripe.customers.list({ email })).data.map((found) => found.id)
    await expect.poll(read, { interval: 50 }).toEqual([customer])
    expect(await stack.stripe.customers.retrieve(customer)).toMatchObject({ email, name: 'Kept' })
    expect(await customerOf(id)).toBe(customer)
  })

  it('applies an event only once if it is sent twenty more times', async () => {
    const { id, customer } = await provisioned()
    await stack.stripe.customers.del(customer)
    const [event] = (await stack.stripe.events.list({ type: 'customer.deleted', limit: 1 })).data
    const payload = JSON.stringify(event)
    // In addition to the delivery by the stand-in.
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(payload)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(answers.filter(({ body }) => body === '{"outcome":"duplicate"}').length).toBeGreaterThanOrEqual(19)
    await expect.poll(() => customerOf(id), { interval: 50 }).not.toBe(customer)
    await expect.poll(() => customerOf(id), { interval: 50 }).toMatch(/^cus_/)
    expect(await live(id)).toMatchObject([{ id: await customerOf(id) }])
  })

  it.each([
    ['the deletion of an unknown customer', 'customer.deleted', 'unknown_customer'],
    ['the change of an unknown customer', 'customer.updated', 'unknown_customer'],
    ['an event about something else', 'invoice.paid', 'ignored'],
  ])('acknowledges %s', async (_, type, outcome) => {
    const answer = await post(eventBody(`evt_${outcome}_${type.replace('.', '_')}`, 'cus_stranger', type))
    expect([answer.status, answer.json()]).toEqual([200, { outcome }])
  })

  it('refuses events that Stripe has not signed, and records nothing', async () => {
    const payload = eventBody('evt_forged', 'cus_forged')
    const now = Math.floor(Date.now() / 1000)
    const signatures = [
      null,
      '',
      'nonsense',
      sign(payload, { secret: 'whsec_other' }),
      sign(`${payload} `),
      sign(payload, { timestamp: now - 400 }),
      sign(payload, { timestamp: now + 400 }),
    ]
    for (const signature of signatures) {
      const answer = await post(payload, signature)
      expect([answer.status, answer.headers['content-type']], String(signature)).toEqual([
        400,
        'application/problem+json',
      ])
      expect(answer.body).not.toContain('whsec')
    }
    expect(await recorded('evt_forged')).toEqual([])
  })

  it.each([
    'null',
    '[]',
    '1',
    '"x"',
    '{}',
    '{"id":"evt_1","object":"event","type":"customer.deleted"}',
    '{"id":"evt_\\u0000","object":"event","type":"customer.deleted","data":{"object":{"id":"cus_1"}}}',
    '{"id":"evt_1","object":"v2.core.event","type":"v1.customer.deleted","related_object":{"id":"cus_1"}}',
  ])('acknowledges the signed body %s, which is not for us, with one line in the log', async (payload) => {
    const before = stack.web.output().length
    const answer = await post(payload)
    expect([answer.status, answer.json()]).toEqual([200, { outcome: 'ignored' }])
    const lines = () =>
      stack.web
        .output()
        .slice(before)
        .match(/^.*stripe_event.*$/gm) ?? []
    await expect.poll(lines).toEqual([expect.stringContaining('"outcome":"ignored","reason":"other_event"')])
  })

  it.each([
    [{ livemode: true }, 'other_mode'],
    [{ account: 'acct_connected' }, 'other_account'],
  ])('acknowledges an event with %j, and changes nothing', async (origin, reason) => {
    const { id, customer } = await provisioned()
    const event: object = JSON.parse(eventBody(`evt_${reason}`, customer))
    const answer = await post(JSON.stringify({ ...event, ...origin }))
    expect([answer.status, answer.json()]).toEqual([200, { outcome: 'ignored' }])
    expect(await recorded(`evt_${reason}`)).toEqual([])
    expect(await customerOf(id)).toBe(customer)
    await expect.poll(() => stack.web.output()).toContain(`"outcome":"ignored","reason":"${reason}"`)
  })

  it('responds 400 to a signed body that is not JSON', async () => {
    const answer = await post('not JSON')
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json'])
  })

  it('reads at most 256 KiB', async () => {
    const payload = JSON.stringify({ padding: 'x'.repeat(256 * 1024) })
    expect((await post(payload)).status).toBe(413)
  })

  it('responds 405 to other methods', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) {
      const response = await send(address(), { method })
      expect([method, response.status, response.headers.allow]).toEqual([method, 405, 'POST'])
    }
  })

  it('logs applied and refused events without a secret or an email address', async () => {
    const { email, customer } = await provisioned()
    await post(eventBody('evt_logged', customer, 'customer.updated'), 'nonsense')
    await stack.stripe.customers.update(customer, { email: 'logged@example.com' })
    await expect.poll(() => stack.web.output()).toContain('"outcome":"reopened"')
    expect(stack.web.output()).toContain('"event":"stripe_event.refused"')
    for (const secret of [email, 'logged@example.com', stack.env.STRIPE_WEBHOOK_SECRET!, stack.apiRouteSecret]) {
      expect(stack.web.output()).not.toContain(secret)
    }
  })

  it('responds 503 and records nothing while the database is unavailable, so that Stripe retries', async () => {
    const { customer } = await provisioned()
    const payload = eventBody('evt_outage', customer, 'customer.updated')
    stack.env.NEXT_PUBLIC_SUPABASE_URL = 'http://127.0.0.1:9'
    await stack.restartWeb()
    expect((await post(payload)).status).toBe(503)

    stack.env.NEXT_PUBLIC_SUPABASE_URL = stack.sandbox.supabase!.url
    await stack.restartWeb()
    expect(await recorded('evt_outage')).toEqual([])
    expect((await post(payload)).json()).toEqual({ outcome: 'reopened' })
    expect(await recorded('evt_outage')).toHaveLength(1)
  })

  it.each([undefined, '', 'changeme'])('responds 503 to every request while the secret is %j', async (secret) => {
    const payload = eventBody('evt_unset', 'cus_unset')
    const signed = sign(payload)
    const forged = Stripe.webhooks.generateTestHeaderString({ payload, secret: secret || 'x' })
    const kept = stack.env.STRIPE_WEBHOOK_SECRET!
    if (secret === undefined) delete stack.env.STRIPE_WEBHOOK_SECRET
    else stack.env.STRIPE_WEBHOOK_SECRET = secret
    await stack.restartWeb()
    try {
      for (const signature of [signed, forged, null]) expect((await post(payload, signature)).status).toBe(503)
      expect(stack.web.output()).toContain('STRIPE_WEBHOOK_SECRET')
      expect(await recorded('evt_unset')).toEqual([])
    } finally {
      stack.env.STRIPE_WEBHOOK_SECRET = kept
    }
  })
})
