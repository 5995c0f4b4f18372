import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox, type Sandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomers } from '../../src/index.ts'

describe('the engine on supabase-js', () => {
  let dir: string
  let sandbox: Sandbox
  let supabase: SupabaseClient
  let customers: StripeCustomers
  let stripe: Stripe

  const createSupabase = (key: string) =>
    createClient(sandbox.supabase!.url, key, { auth: { persistSession: false, autoRefreshToken: false } })

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stripe-customers-'))
    // Nothing listens at the application's address: notifications are lost, and the tests call the engine.
    sandbox = await startSandbox({
      dir,
      ports: { supabase: 0, stripe: 0 },
      appUrl: 'http://127.0.0.1:9',
      apiRouteSecret: 'never-sent-in-this-test',
      github: false,
    })
    supabase = createSupabase(sandbox.supabase!.secretKey)
    const { secretKey, url } = sandbox.stripe!
    stripe = new Stripe(secretKey, { protocol: 'http', host: '127.0.0.1', port: new URL(url).port, telemetry: false })
    customers = createStripeCustomers({ supabase, stripe })
  })

  afterAll(async () => {
    await sandbox.stop()
    await rm(dir, { recursive: true })
  })

  const signUp = async (email: string): Promise<string> => {
    const { auth } = createSupabase(sandbox.supabase!.publishableKey)
    await auth.signUp({ email, password: 'correct horse battery staple' })
    const token = await readMailedToken(sandbox.supabase!.mailDirectory, email)
    const { data, error } = await auth.verifyOtp({ type: 'signup', token_hash: token })
    expect(error).toBeNull()
    return data.user!.id
  }

  it('creates the customer of a user who signed up, and returns the same one again', async () => {
    const id = await signUp('ada@example.com')
    const first = await customers.provision(id)
    expect(first.outcome).toBe('provisioned')
    expect(await customers.provision(id)).toEqual(first)

    const { data } = await supabase.from('profile').select('email, stripe_customer').eq('id', id).single()
    const [customer] = (await stripe.customers.list()).data
    expect(first).toEqual({ outcome: 'provisioned', stripeCustomer: customer!.id })
    expect(data).toEqual({ email: 'ada@example.com', stripe_customer: customer!.id })
    expect(customer!.metadata).toEqual({ profile_id: id })
  })

  it('returns the same customer to 100 concurrent callers', async () => {
    const id = await signUp('grace@example.com')
    // Several engines, as in several processes. Within one engine, callers share one attempt.
    const engines = Array.from({ length: 4 }, () => createStripeCustomers({ supabase, stripe }))
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => engines[index % 4]!.provision(id)))
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
    expect(results[0]!.outcome).toBe('provisioned')
    expect((await stripe.customers.list({ email: 'grace@example.com' })).data).toHaveLength(1)
  })

  it('sweeps profiles without a notification', async () => {
    for (const name of ['hedy', 'joan', 'radia']) await signUp(`${name}@example.com`)
    expect(await customers.sweep()).toMatchObject({ claimed: 3, done: 3, stopped: 'idle' })
    const { data } = await supabase.from('profile').select('id').is('stripe_customer', null)
    expect(data).toEqual([])
  })

  it('returns unknown_profile for a profile that does not exist', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000'
    expect(await customers.provision(unknown)).toEqual({ outcome: 'unknown_profile' })
    expect(await customers.provision('not a uuid')).toEqual({ outcome: 'unknown_profile' })
  })

  it('throws if the database is unreachable', async () => {
    const unreachable = createClient('http://127.0.0.1:9', 'sb_secret_unused', { auth: { persistSession: false } })
    await expect(
      createStripeCustomers({ supabase: unreachable, stripe }).provision(crypto.randomUUID()),
    ).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
    })
  })

  it('throws if its key is not the service role’s', async () => {
    const anonymous = createStripeCustomers({ supabase: createSupabase(sandbox.supabase!.publishableKey), stripe })
    await expect(anonymous.provision(crypto.randomUUID())).rejects.toMatchObject({
      name: 'StripeCustomersError',
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
    })
  })
})
