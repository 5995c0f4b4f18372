import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrintedSpan } from '#test/support/record-spans.ts'
import { send } from '#test/support/send.ts'
import { confirmedSignUp, listCustomers, signUp, type Stack, startStack, webhookBody } from '#test/support/stack.ts'

describe('a sign-up', () => {
  let stack: Stack
  beforeAll(async () => {
    // No sweep runs during the test, so the customer comes from the notification.
    const env = { NODE_OPTIONS: `--import=${new URL('../support/record-spans.ts', import.meta.url).href}` }
    stack = await startStack({ env, sweepIntervalMs: 3_600_000 })
  })
  afterAll(async () => {
    await stack.stop()
  })

  const customerOf = async (profileId: string): Promise<unknown> => {
    const { data, error } = await stack.admin.from('profile').select('stripe_customer').eq('id', profileId).single()
    if (error !== null) throw error
    return data.stripe_customer
  }

  it('creates a Stripe customer without a sweep or any other call', async () => {
    const { id, email } = await signUp(stack)
    await expect.poll(() => customerOf(id), { interval: 50 }).toMatch(/^cus_/)
    const customers = (await listCustomers(stack)).filter(({ metadata }) => metadata['profile_id'] === id)
    expect(customers).toHaveLength(1)
    expect(customers[0]).toMatchObject({ id: await customerOf(id), email, metadata: { profile_id: id } })
  })

  it('shows in the health check that its notification arrived', async () => {
    await signUp(stack)
    const health = async () => (await send(`${stack.webUrl}/api/health`, { method: 'GET' })).json()
    const wakeUps = { state: 'ok', made_by_schedule: 0, problem: null }
    await expect.poll(health).toMatchObject({ status: 'ok', wake_ups: wakeUps })
  })

  it('is one trace from the route to Stripe and the database, if a tracer is registered', async () => {
    const { id } = await signUp(stack)
    await expect.poll(() => customerOf(id)).toMatch(/^cus_/)
    const readSpans = () =>
      Array.from(stack.web.output().matchAll(/^\{"span":(.+)\}$/gm), ([, span]): PrintedSpan => JSON.parse(span!))
    /** The names of the spans from one of this profile up to the root. */
    const readPath = (name: string): string[] => {
      const spans = readSpans()
      const climb = (span: PrintedSpan | undefined): PrintedSpan[] =>
        span === undefined ? [] : [span, ...climb(spans.find((other) => other.id === span.parent))]
      const paths = spans.filter((span) => span.name === name).map(climb)
      const own = paths.find((path) => path.some(({ attributes }) => attributes['profile.id'] === id))
      return own?.map((span) => span.name) ?? []
    }
    const route = [
      'stripe_customers.provision',
      'executing api route (app) /api/create-stripe-customer',
      'POST /api/create-stripe-customer',
    ]
    const claim = 'claim_stripe_customer_work'
    await expect.poll(() => readPath(claim)).toEqual([claim, ...route])
    for (const step of ['stripe.customers.create', 'complete_stripe_customer_work']) {
      expect(readPath(step)).toEqual([step, 'stripe_customers.work', ...route])
    }
    const text = JSON.stringify(readSpans())
    for (const name of ['API_ROUTE_SECRET', 'SUPABASE_SECRET_KEY', 'STRIPE_SECRET_KEY']) {
      expect(text).not.toContain(stack.env[name])
    }
  })

  it('lets only the owner read the customer', async () => {
    const email = 'owner@example.com'
    const owner = stack.visitor()
    const { id } = await confirmedSignUp(stack, owner, email)
    const stranger = stack.visitor()
    await confirmedSignUp(stack, stranger, 'stranger@example.com')

    const rows = async (client = owner) => (await client.from('profile').select('id').eq('email', email)).data
    expect(await rows(owner)).toEqual([{ id }])
    expect(await rows(stranger)).toEqual([])
    expect((await rows(stack.visitor())) ?? []).toEqual([])
    await owner.from('profile').update({ stripe_customer: 'cus_stolen' }).eq('id', id)
    await expect.poll(() => customerOf(id)).toMatch(/^cus_/)
    expect(await customerOf(id)).not.toBe('cus_stolen')
  })

  it('creates one customer per profile for 100 sign-ups and 100 identical concurrent requests', async () => {
    const unlinked = async () => {
      const { count } = await stack.admin
        .from('profile')
        .select('id', { count: 'exact', head: true })
        .is('stripe_customer', null)
      return count
    }
    // The customers of the tests before.
    await expect.poll(unlinked).toBe(0)
    const before = (await listCustomers(stack)).length
    for (let i = 0; i < 100; i++) await signUp(stack)
    const one = await signUp(stack)
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        send(`${stack.webUrl}/api/create-stripe-customer`, {
          headers: ['content-type', 'application/json', 'x-api-key', stack.apiRouteSecret],
          body: webhookBody(one),
        }),
      ),
    )
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
    expect(answers[0]!.status, answers[0]!.body).toBe(200)

    await expect.poll(unlinked).toBe(0)
    const customers = await listCustomers(stack)
    expect(customers).toHaveLength(before + 101)
    expect(new Set(customers.map(({ metadata }) => metadata['profile_id'])).size).toBe(before + 101)
    const { data } = await stack.admin.from('profile').select('id, stripe_customer')
    expect(data).toHaveLength(before + 101)
    const linked = new Map(data!.map((row) => [row.id, row.stripe_customer]))
    for (const { id, metadata } of customers) expect(linked.get(metadata['profile_id'])).toBe(id)
  }, 120_000)
})
