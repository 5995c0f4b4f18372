import { createServerClient } from '@supabase/ssr'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { parseStripeCustomerProgress } from '#features/stripe-customer/stripe-customer-progress.ts'
import { send } from '#test/support/send.ts'
import { confirmedSignUp, type Stack, startStack, webhookBody } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  // No sweep runs during the tests, so that each step comes from the test.
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack.stop()
})

/** Signs up like the application, and returns the session like the browser sends it. */
async function signUpWithSession(): Promise<{ id: string; cookie: () => string }> {
  const jar = new Map<string, string>()
  const client = createServerClient(
    stack.env.NEXT_PUBLIC_SUPABASE_URL!,
    stack.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY!,
    {
      cookieOptions: { name: 'routekey-session' },
      cookies: {
        getAll: () => [...jar].map(([name, value]) => ({ name, value })),
        setAll: (cookies) => {
          for (const { name, value } of cookies) jar.set(name, value)
        },
      },
    },
  )
  const email = `${crypto.randomUUID()}@example.com`
  const { id } = await confirmedSignUp(stack, client, email)
  return { id, cookie: () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
}

async function progressOf(cookie: string): Promise<unknown> {
  const answer = await fetch(`${stack.webUrl}/account/stripe-customer`, { headers: { cookie } })
  return answer.json()
}

async function accountPage(cookie: string): Promise<string> {
  const answer = await fetch(`${stack.webUrl}/account`, { headers: { cookie } })
  return answer.text()
}

async function setFaults(fault: object | null): Promise<void> {
  const answer = await fetch(`${stack.sandbox.stripe!.url}/_sandbox/faults`, {
    method: fault === null ? 'DELETE' : 'POST',
    ...(fault === null ? {} : { body: JSON.stringify(fault), headers: { 'content-type': 'application/json' } }),
  })
  expect(answer.ok).toBe(true)
}

it('shows the owner when the next attempt starts, after the 20 s that Stripe asked for', async () => {
  await setFaults({ kind: 'rate_limit', retryAfterSeconds: 20, method: 'POST', path: '/v1/customers', count: 'always' })
  const before = Date.now()
  const { cookie } = await signUpWithSession()
  const progress = await vi.waitUntil(
    async () => {
      const current = parseStripeCustomerProgress(await progressOf(cookie()))
      return current?.status === 'retrying' && current.nextAttemptAt !== null && current
    },
    { timeout: 60_000, interval: 100 },
  )
  expect(progress).toEqual({ status: 'retrying', nextAttemptAt: expect.any(String), cause: 'stripe' })
  const nextAttemptAt = Date.parse(progress.nextAttemptAt!)
  expect(nextAttemptAt).toBeGreaterThanOrEqual(before + 20_000)
  expect(nextAttemptAt).toBeLessThanOrEqual(Date.now() + 21_000)
  expect(await accountPage(cookie())).toContain('Retrying')
  await setFaults(null)
})

it('shows the owner that the customer failed, and the customer once the cause is fixed', async () => {
  // Signed up while the application was down, so that the address changes before the first attempt.
  await stack.web.kill()
  const { id, cookie } = await signUpWithSession()
  await stack.admin.from('profile').update({ email: 'no address at all' }).eq('id', id)
  await stack.restartWeb()
  expect(await progressOf(cookie())).toEqual({ status: 'pending' })
  const answer = await send(`${stack.webUrl}/api/create-stripe-customer`, {
    headers: ['x-api-key', stack.apiRouteSecret, 'content-type', 'application/json'],
    body: webhookBody({ id, email: 'no address at all' }),
  })
  expect(answer.status).toBe(502)
  expect(await progressOf(cookie())).toEqual({ status: 'failed', cause: 'details' })
  const page = await accountPage(cookie())
  expect(page).toContain('Stripe rejected your details')
  expect(page).not.toContain('stripe_refused')

  await stack.admin.from('profile').update({ email: 'fixed@example.com' }).eq('id', id)
  const done = { status: 'done', stripeCustomer: expect.stringMatching(/^cus_/) }
  await expect.poll(() => progressOf(cookie()), { timeout: 60_000, interval: 100 }).toEqual(done)
})

it('responds 401 without a session', async () => {
  const answer = await fetch(`${stack.webUrl}/account/stripe-customer`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
})
