import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PGlite } from '@electric-sql/pglite'
import { captureTerminal } from '@routekey/command-line/testing'
import { startSandbox, type Sandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Output, outputSchema } from '../../src/cli/output-schema.ts'
import { run } from '../../src/cli/run.ts'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { createStripeCustomers } from '../../src/index.ts'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { type FindingReport, reconcile } from '../../src/reconcile/reconcile.ts'
import { createStripeAccount } from '../../src/reconcile/stripe-account.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { systemTiming } from '../../src/timing.ts'
import { createStripe, signUp as signUpBySql, startStripe } from '../test-stack.ts'

type FindingOutput = Extract<Output, { type: 'finding' }>

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } }

/** Runs `use` with the address of a server that answers every request alike, as a wrong address would. */
const withProxy = async <T>(status: 200 | 404, use: (base: string) => Promise<T>): Promise<T> => {
  const body = status === 200 ? '{}' : '{"error":{"message":"No such page"}}'
  const server = createServer((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = z.object({ port: z.int() }).parse(server.address())
  try {
    return await use(`http://127.0.0.1:${address.port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const countOf = (output: Output): number => (output.type === 'summary' ? output.foreign : Number.NaN)

describe('the command line', () => {
  let dir: string
  let sandbox: Sandbox
  let supabase: SupabaseClient
  let stripe: Stripe
  let env: Record<string, string>
  /** Stands in for the route: it does nothing, and answers every wake-up alike. */
  let wakeUpStatus = 200
  const route = createServer((_, response) => response.writeHead(wakeUpStatus).end())

  beforeAll(async () => {
    await once(route.listen(0, '127.0.0.1'), 'listening')
    const { port } = z.object({ port: z.int() }).parse(route.address())
    dir = await mkdtemp(join(tmpdir(), 'stripe-customers-cli-'))
    sandbox = await startSandbox({
      dir,
      ports: { supabase: 0, stripe: 0 },
      appUrl: `http://127.0.0.1:${port}`,
      apiRouteSecret: 'read-by-nobody-in-this-test',
      github: false,
    })
    env = {
      NEXT_PUBLIC_SUPABASE_URL: sandbox.supabase!.url,
      SUPABASE_SECRET_KEY: sandbox.supabase!.secretKey,
      STRIPE_SECRET_KEY: sandbox.stripe!.secretKey,
      STRIPE_API_BASE: sandbox.stripe!.url,
    }
    supabase = createClient(sandbox.supabase!.url, sandbox.supabase!.secretKey, withoutSession)
    stripe = new Stripe(sandbox.stripe!.secretKey, {
      protocol: 'http',
      host: '127.0.0.1',
      port: new URL(sandbox.stripe!.url).port,
      telemetry: false,
    })
  })
  afterAll(async () => {
    await sandbox.stop()
    route.closeAllConnections()
    route.close()
    await rm(dir, { recursive: true })
  })

  const command = async (line: string, processEnv: Record<string, string> = env) => {
    const terminal = captureTerminal({ env: processEnv })
    const exitCode = await run(line.split(' '), {
      ...terminal,
      progress: { write: terminal.say },
      signal: new AbortController().signal,
    })
    return { exitCode, stdout: terminal.printed(), stderr: terminal.said() }
  }
  /** Runs it with --json and checks every line against the schema. */
  const json = async (line: string) => {
    const { exitCode, stdout } = await command(`${line} --json`)
    const lines = stdout.trim().split('\n')
    const outputs = lines.map((text): Output => outputSchema.parse(JSON.parse(text)))
    return {
      exitCode,
      outputs,
      findings: outputs.filter((output): output is FindingOutput => output.type === 'finding'),
      last: outputs.at(-1)!,
    }
  }
  const signUp = async (email = `${crypto.randomUUID()}@example.com`) => {
    const visitor = createClient(sandbox.supabase!.url, sandbox.supabase!.publishableKey, withoutSession)
    await visitor.auth.signUp({ email, password: 'correct horse battery staple' })
    const token = await readMailedToken(sandbox.supabase!.mailDirectory, email)
    const { data, error } = await visitor.auth.verifyOtp({ type: 'signup', token_hash: token })
    if (error !== null) throw error
    return { profileId: data.user!.id, email }
  }
  const customerOf = async (profileId: string): Promise<string | null> => {
    const { data } = await supabase.from('profile').select('stripe_customer').eq('id', profileId).single()
    return z.string().nullable().parse(data?.stripe_customer)
  }
  const provisioned = async () => {
    const user = await signUp()
    await command('sweep')
    return { ...user, stripeCustomer: (await customerOf(user.profileId))! }
  }
  const live = async (profileId: string) => {
    const all = await stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 1000 })
    return all.filter(({ metadata }) => metadata['profile_id'] === profileId).map(({ id }) => id)
  }
  const advanceStripe = async (advanceSeconds: number) => {
    const url = `${sandbox.stripe!.url}/_sandbox/clock`
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ advanceSeconds }) })
    expect(status).toBe(200)
  }
  const addSubscription = async (customer: string) => {
    const url = `${sandbox.stripe!.url}/_sandbox/subscriptions`
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ customer }) })
    expect(status).toBe(200)
  }

  it('sweeps work that is due, and counts it', async () => {
    const { profileId } = await signUp()
    expect(await json('status')).toMatchObject({
      exitCode: 0,
      last: { type: 'status', pending: 1, due: 1, failed: 0, unrecorded: 0 },
    })
    expect(await json('sweep')).toMatchObject({ exitCode: 0, last: { type: 'sweep', done: 1, stopped: 'idle' } })
    expect(await live(profileId)).toEqual([await customerOf(profileId)])
    expect((await command('status')).stdout).toMatch(/^profiles +1, 1 with a Stripe customer$/m)
  })

  it('status: says who made the customers of the last hour, and exits with 1 while the wake-ups fail', async () => {
    const { profileId } = await signUp()
    await createStripeCustomers({ supabase, stripe }).provision(profileId)
    const ok = await json('status')
    expect(ok).toMatchObject({ exitCode: 0, last: { wakeUps: { madeByWakeUp: 1, problem: null } } })
    wakeUpStatus = 401
    for (let user = 0; user < 3; user += 1) await signUp()
    await command('sweep')
    await expect
      .poll(async () => (await json('status')).last)
      .toMatchObject({ wakeUps: { state: 'failing', results: { '401': 3 } } })
    const failing = await command('status')
    expect(failing).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('The route refuses the secret (HTTP 401)'),
    })
    expect(failing.stdout).toMatch(/^last hour +1 made by a wake-up, \d+ by the schedule$/m)
    expect(failing.stdout).toMatch(/^wake-ups +failing: .*3 401/m)
    wakeUpStatus = 200
    await signUp()
    await command('sweep')
    await expect.poll(async () => (await json('status')).exitCode).toBe(0)
  })

  it('finds nothing if nothing differs', async () => {
    await provisioned()
    expect(await json('reconcile')).toMatchObject({ exitCode: 0, findings: [], last: { type: 'summary', sweep: null } })
    expect((await command('reconcile')).stdout).toContain('no difference')
  })

  it('unlinked: finds the customer with the id of the profile, and links it instead of creating another', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    // The state after an older backup was restored.
    await supabase.from('profile').update({ stripe_customer: null }).eq('id', profileId)
    const finding = { kind: 'missing', profileId, adopt: stripeCustomer }
    expect(await json('reconcile')).toMatchObject({ exitCode: 1, findings: [{ ...finding, result: 'found' }] })
    expect(await json('reconcile --fix --dry-run')).toMatchObject({
      exitCode: 1,
      findings: [{ ...finding, result: 'would_fix' }],
      last: { mode: 'plan', fixed: 0 },
    })
    expect(await customerOf(profileId)).toBeNull()
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 0, findings: [{ ...finding, result: 'linked' }] })
    expect(await customerOf(profileId)).toBe(stripeCustomer)
    expect(await live(profileId)).toEqual([stripeCustomer])
  })

  it('deleted: finds a link to a deleted customer, and replaces the customer', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    await stripe.customers.del(stripeCustomer)
    const finding = { kind: 'deleted', profileId, stripeCustomer, unknown: false, adopt: null }
    expect(await json('reconcile')).toMatchObject({ exitCode: 1, findings: [finding] })
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 0, findings: [{ ...finding, result: 'due' }] })
    expect(await live(profileId)).toEqual([await customerOf(profileId)])
    expect(await json('reconcile')).toMatchObject({ exitCode: 0, findings: [] })
  })

  it('unknown: leaves a link to a customer that this account never had, because the account may be the wrong one', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    await supabase.from('profile').update({ stripe_customer: 'cus_of_another_account' }).eq('id', profileId)
    const finding = { kind: 'deleted', profileId, unknown: true, adopt: stripeCustomer, result: 'left' }
    const { exitCode, findings } = await json('reconcile --fix')
    expect([exitCode, findings.find(({ kind }) => kind === 'deleted')]).toMatchObject([1, finding])
    expect(await customerOf(profileId)).toBe('cus_of_another_account')
    await supabase.from('profile').update({ stripe_customer: stripeCustomer }).eq('id', profileId)
  })

  it('email_drift and unmarked: updates the customer from the profile', async () => {
    const drifted = await provisioned()
    const unmarked = await provisioned()
    await stripe.customers.update(drifted.stripeCustomer, { email: 'drifted@example.com' })
    await stripe.customers.update(unmarked.stripeCustomer, { metadata: { profile_id: '' } })
    const { exitCode, findings } = await json('reconcile')
    expect(exitCode).toBe(1)
    expect(findings.map(({ kind, profileId }) => `${kind} ${profileId}`).toSorted()).toEqual([
      `email_drift ${drifted.profileId}`,
      `unmarked ${unmarked.profileId}`,
    ])
    expect((await json('reconcile --fix')).exitCode).toBe(0)
    expect(await stripe.customers.retrieve(drifted.stripeCustomer)).toMatchObject({ email: drifted.email })
    expect(await live(unmarked.profileId)).toEqual([unmarked.stripeCustomer])
    expect((await json('reconcile')).exitCode).toBe(0)
  })

  it('duplicate: keeps the linked customer, and deletes others only with --delete-duplicates', async () => {
    const { profileId, email, stripeCustomer } = await provisioned()
    const spare = await stripe.customers.create({ email, metadata: { profile_id: profileId } })
    const finding = {
      kind: 'duplicate',
      profileId,
      stripeCustomer: spare.id,
      kept: stripeCustomer,
      subscribed: false,
      inUse: null,
    }
    expect(await json('reconcile')).toMatchObject({ exitCode: 1, findings: [finding] })
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 1, findings: [{ ...finding, result: 'left' }] })
    expect(await live(profileId)).toHaveLength(2)
    expect(await json('reconcile --fix --delete-duplicates')).toMatchObject({
      exitCode: 0,
      findings: [{ ...finding, result: 'fixed' }],
    })
    expect(await live(profileId)).toEqual([stripeCustomer])
  })

  it('duplicate: never deletes a customer with a subscription', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    const spare = await stripe.customers.create({ metadata: { profile_id: profileId } })
    const paying = await stripe.customers.create({ metadata: { profile_id: profileId } })
    await addSubscription(paying.id)
    const { exitCode, findings } = await json('reconcile --fix --delete-duplicates')
    expect(exitCode).toBe(1)
    expect(findings).toHaveLength(2)
    expect(findings).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ stripeCustomer: paying.id, subscribed: true, result: 'left' }),
        expect.objectContaining({ stripeCustomer: spare.id, subscribed: false, result: 'fixed' }),
      ]),
    )
    expect((await live(profileId)).toSorted()).toEqual([paying.id, stripeCustomer].toSorted())
    await stripe.customers.del(paying.id)
    expect((await json('reconcile --fix --delete-duplicates')).exitCode).toBe(0)
  })

  it('duplicate: keeps the customer with a subscription if the profile is not linked, and leaves the older one', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    await advanceStripe(60)
    const paying = await stripe.customers.create({ metadata: { profile_id: profileId } })
    await addSubscription(paying.id)
    await supabase.from('profile').update({ stripe_customer: null }).eq('id', profileId)
    await json('reconcile --fix --delete-duplicates')
    expect(await customerOf(profileId)).toBe(paying.id)
    expect(await stripe.customers.retrieve(paying.id)).toMatchObject({ metadata: { profile_id: profileId } })
    await stripe.customers.del(stripeCustomer)
    expect((await json('reconcile')).exitCode).toBe(0)
  })

  it('duplicate: never deletes a customer that has a payment method, an invoice or a balance', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    const metadata = { profile_id: profileId }
    const inUse: Record<string, string> = {}
    for (const kind of ['payment_method', 'invoice'] as const) {
      const { id: customer } = await stripe.customers.create({ metadata })
      const url = `${sandbox.stripe!.url}/_sandbox/belongings`
      const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ customer, kind }) })
      expect(status).toBe(200)
      inUse[customer] = kind
    }
    inUse[(await stripe.customers.create({ metadata, balance: -250 })).id] = 'balance'
    const { exitCode, findings } = await json('reconcile --fix --delete-duplicates')
    expect(exitCode).toBe(1)
    expect(
      Object.fromEntries(
        findings.map((finding) => ('inUse' in finding ? [finding.stripeCustomer, finding.inUse] : [])),
      ),
    ).toEqual(inUse)
    expect(new Set(findings.map(({ result }) => result))).toEqual(new Set(['left']))
    expect(await live(profileId)).toHaveLength(4)
    for (const customer of Object.keys(inUse)) await stripe.customers.del(customer)
    expect(await live(profileId)).toEqual([stripeCustomer])
  })

  it('relink: links an older customer, which is never deleted as a duplicate', async () => {
    const { profileId, email } = await signUp()
    const older = await stripe.customers.create({ email: 'unmarked@example.com' })
    await advanceStripe(60)
    await command('sweep')
    const newer = (await customerOf(profileId))!
    await stripe.customers.update(older.id, { metadata: { profile_id: profileId } })
    const left = await json('reconcile --fix --delete-duplicates')
    const why = expect.stringContaining(`stripe-customers relink ${profileId} ${older.id}`)
    expect(left).toMatchObject({
      exitCode: 1,
      findings: [{ stripeCustomer: older.id, older: true, result: 'left', why }],
    })
    await stripe.customers.update(older.id, { metadata: { profile_id: '' } })

    expect(await json(`relink ${profileId} ${older.id}`)).toMatchObject({
      exitCode: 0,
      last: { type: 'relink', stripeCustomer: older.id, previous: newer, outcome: 'provisioned' },
    })
    expect(await customerOf(profileId)).toBe(older.id)
    expect(await stripe.customers.retrieve(older.id)).toMatchObject({ email, metadata: { profile_id: profileId } })
    expect((await json('reconcile --fix --delete-duplicates')).exitCode).toBe(0)
    expect(await live(profileId)).toEqual([older.id])
  })

  it('relink: changes nothing for a customer that cannot be that of the profile', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    const other = await provisioned()
    const deleted = await stripe.customers.create()
    await stripe.customers.del(deleted.id)
    for (const customer of [other.stripeCustomer, deleted.id, 'cus_unknown']) {
      expect(await command(`relink ${profileId} ${customer}`)).toMatchObject({ exitCode: 1, stdout: '' })
    }
    const unmarked = await stripe.customers.update(other.stripeCustomer, { metadata: { profile_id: '' } })
    expect((await command(`relink ${profileId} ${unmarked.id}`)).exitCode).toBe(1)
    expect((await command(`relink ${crypto.randomUUID()} ${stripeCustomer}`)).exitCode).toBe(1)
    expect(await customerOf(profileId)).toBe(stripeCustomer)
    expect((await json('reconcile --fix')).exitCode).toBe(0)
  })

  it('requeue: reports the state of the work, not the link', async () => {
    const { profileId, stripeCustomer } = await provisioned()
    await supabase.from('profile').update({ stripe_customer: null }).eq('id', profileId)
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 0, last: { outcome: 'provisioned' } })
    expect(await customerOf(profileId)).toBe(stripeCustomer)

    const foreign = await stripe.customers.create({ metadata: { profile_id: crypto.randomUUID() } })
    await supabase.from('profile').update({ stripe_customer: foreign.id }).eq('id', profileId)
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 1, last: { outcome: 'failed' } })
    expect(await json('status')).toMatchObject({
      exitCode: 1,
      last: { failures: [{ profileId, error: { code: 'link_refused' } }] },
    })
    await stripe.customers.del(foreign.id)
    await supabase.from('profile').update({ stripe_customer: null }).eq('id', profileId)
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 0, last: { outcome: 'provisioned' } })
    expect(await customerOf(profileId)).toBe(stripeCustomer)
  })

  it('orphaned: leaves customers of profiles that this database never had', async () => {
    const foreign = await stripe.customers.create({ metadata: { profile_id: crypto.randomUUID() } })
    const strange = await stripe.customers.create({ metadata: { profile_id: 'not a uuid' } })
    const byHand = await stripe.customers.create({ email: 'made-by-hand@example.com' })
    const { exitCode, findings } = await json('reconcile --fix --delete-duplicates')
    expect(exitCode).toBe(1)
    expect(findings.map((finding) => `${finding.kind} ${finding.result}`)).toEqual(['orphaned left', 'orphaned left'])
    for (const { id } of [foreign, strange, byHand]) {
      expect(await stripe.customers.retrieve(id)).not.toMatchObject({ deleted: true })
    }
    await Promise.all([foreign, strange].map(({ id }) => stripe.customers.del(id)))
    expect((await json('reconcile')).exitCode).toBe(0)
  })

  it('ignores customers that are not ours, and those that are expected, and counts them', async () => {
    const before = (await json('reconcile')).last
    const neighbour = { id: 'account_42', email: 'neighbour@example.com' }
    await stripe.customers.create(neighbour)
    const metadata = { app: 'shop', profile_id: crypto.randomUUID() }
    const orphan = await stripe.customers.create({ email: 'shop@example.com', metadata })
    expect(await json('reconcile')).toMatchObject({
      exitCode: 1,
      findings: [{ kind: 'orphaned', stripeCustomer: orphan.id }],
      last: { foreign: countOf(before) + 1 },
    })
    const expected = '--expect-foreign app=blog --expect-foreign app=shop'
    for (const flags of ['', '--fix --dry-run', '--fix --delete-duplicates']) {
      expect(await json(`reconcile ${expected} ${flags}`.trim())).toMatchObject({
        exitCode: 0,
        findings: [],
        last: { foreign: countOf(before) + 2 },
      })
    }
    expect((await command(`reconcile ${expected}`)).stdout).toMatch(/customers \(\d+ of them not ours\): no difference/)
    expect(await command('reconcile --expect-foreign shop')).toMatchObject({ exitCode: 2 })
    // A neighbour beside a sign-up with the same e-mail does not keep it from its customer.
    const { profileId } = await signUp(neighbour.email)
    expect(await json('sweep')).toMatchObject({ exitCode: 0, last: { done: 1 } })
    expect(await live(profileId)).toEqual([await customerOf(profileId)])
    for (const { id } of [neighbour, orphan]) {
      expect(await stripe.customers.retrieve(id)).not.toMatchObject({ deleted: true })
      await stripe.customers.del(id)
    }
  })

  it('missing: requeues failed work, and reports a request that Stripe still refuses', async () => {
    const { profileId, email } = await signUp('refused-by-stripe@example.c')
    expect(await json('sweep')).toMatchObject({ exitCode: 1, last: { failed: 1 } })
    const status = await json('status')
    expect(status).toMatchObject({
      exitCode: 1,
      last: { failed: 1, failures: [{ profileId, kind: 'create', error: { code: 'stripe_refused' } }] },
    })
    expect(JSON.stringify(status)).not.toContain(email)
    expect(await json('reconcile')).toMatchObject({
      exitCode: 1,
      findings: [{ kind: 'missing', profileId, adopt: null }],
    })
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 1, last: { sweep: { failed: 1 } } })
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 1, last: { outcome: 'failed' } })

    await supabase.from('profile').update({ email: 'fixed@example.com' }).eq('id', profileId)
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 0, last: { outcome: 'provisioned' } })
    expect(await json(`requeue ${crypto.randomUUID()}`)).toMatchObject({
      exitCode: 1,
      last: { outcome: 'unknown_profile' },
    })
    await supabase.rpc('delete_account', { user_id: profileId })
    expect(await json('sweep')).toMatchObject({ exitCode: 0, last: { done: 1 } })
  })

  it('email_drift: finds a profile whose e-mail differs from that of its user, and corrects both profile and customer', async () => {
    const { profileId, email, stripeCustomer } = await provisioned()
    await supabase.from('profile').update({ email: 'older@example.com' }).eq('id', profileId)
    await command('sweep')
    expect(await stripe.customers.retrieve(stripeCustomer)).toMatchObject({ email: 'older@example.com' })
    expect(await json('status')).toMatchObject({ exitCode: 1, last: { failed: 0, outdated: 1 } })
    const found = { outdated: 1, found: { email_drift: 1 } }
    expect(await json('reconcile')).toMatchObject({ exitCode: 1, last: { ...found, fixed: 0 } })
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 0, last: { ...found, fixed: 1 } })
    expect(await stripe.customers.retrieve(stripeCustomer)).toMatchObject({ email })
    expect(await json('reconcile')).toMatchObject({ exitCode: 0, last: { outdated: 0 } })
  })

  it('requeues the tombstone of a deleted user', async () => {
    const { profileId } = await provisioned()
    await supabase.from('profile').delete().eq('id', profileId)
    expect(await json(`requeue ${profileId}`)).toMatchObject({ exitCode: 0, last: { outcome: 'deleted' } })
    expect(await live(profileId)).toEqual([])
    // The user is still in auth.users, so the profile comes back, with another customer.
    expect(await json('status')).toMatchObject({ exitCode: 1, last: { failed: 0, unrecorded: 1 } })
    expect(await json('reconcile')).toMatchObject({ exitCode: 1, last: { unrecorded: 1, found: { missing: 1 } } })
    expect(await json('reconcile --fix')).toMatchObject({ exitCode: 0, last: { fixed: 1, left: 0 } })
    expect(await live(profileId)).toEqual([await customerOf(profileId)])
  })

  it('exits with 2 for wrong usage and 3 if a service does not answer, and shows no secret', async () => {
    expect(await command('reconcile --fixx')).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await command('status', {})).toMatchObject({ exitCode: 2, stdout: '' })
    const noDatabase = await command('status', { ...env, NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:9' })
    expect(noDatabase).toMatchObject({ exitCode: 3, stdout: '' })
    const wrongKey = await command('reconcile', { ...env, STRIPE_SECRET_KEY: 'sk_test_wrong' })
    expect(wrongKey).toMatchObject({ exitCode: 3, stdout: '' })
    // Another server at the address, which answers JSON of another shape, or 404 to every request.
    const mistaken = await Promise.all([
      withProxy(200, (base) => command('reconcile', { ...env, STRIPE_API_BASE: base })),
      withProxy(404, (base) => command('reconcile', { ...env, STRIPE_API_BASE: base })),
      withProxy(200, (base) => command('status', { ...env, NEXT_PUBLIC_SUPABASE_URL: base })),
    ])
    for (const answer of mistaken) expect(answer).toMatchObject({ exitCode: 3, stdout: '' })
    for (const { stderr } of [noDatabase, wrongKey, ...mistaken]) {
      expect(stderr.trim().split('\n')).toHaveLength(1)
      for (const secret of [env.SUPABASE_SECRET_KEY!, env.STRIPE_SECRET_KEY!, 'sk_test_wrong']) {
        expect(stderr).not.toContain(secret)
      }
    }
  })

  it('runs as a process, with the variables of the file', async () => {
    const file = join(dir, '.env.local')
    await writeFile(
      file,
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
    const runBin = async (...args: string[]) => {
      const child = spawn(process.execPath, [bin, ...args], { cwd: dir, env: {} })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text))
      const exitCode = await new Promise((resolve) => child.once('close', resolve))
      return { exitCode, output }
    }
    expect(await runBin('--help')).toMatchObject({ exitCode: 0, output: expect.stringContaining('Usage:') })
    expect(await runBin('reconcile')).toMatchObject({ exitCode: 0, output: expect.stringContaining('no difference') })
    expect((await runBin('nonsense')).exitCode).toBe(2)
  })
})

describe('reconcile', () => {
  let database: PGlite
  let standIn: StripeStandIn
  let stripe: Stripe
  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([createTestDatabase(), startStripe()])
    stripe = createStripe(standIn)
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  const fix = async (options: { signal?: AbortSignal } = {}) => {
    const functions = createPostgresFunctions(database)
    const findings: FindingReport[] = []
    const summary = await reconcile(
      {
        store: createReconcileStore(functions),
        work: createWorkStore(functions),
        account: createStripeAccount(stripe, systemTiming),
      },
      {
        mode: 'fix',
        deleteDuplicates: false,
        newAccount: 'no',
        onFinding: (finding) => findings.push(finding),
        onProgress: () => {},
        ...options,
      },
    )
    await createStripeCustomers({ postgres: database, stripe }).sweep()
    return { summary, findings }
  }
  const live = (profileId: string) =>
    standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === profileId)

  it('deletes a customer of a deleted user, because the tombstone proves the deletion', async () => {
    const profileId = await signUpBySql(database, 'leaving@example.com')
    await fix()
    await database.query('delete from auth.users where id = $1', [profileId])
    await fix()
    expect(live(profileId)).toEqual([])
    const left = await stripe.customers.create({ metadata: { profile_id: profileId } })
    const { findings } = await fix()
    const finding = { kind: 'orphaned', profileId, stripeCustomer: left.id, deletable: true, result: 'due' }
    expect(findings).toEqual([finding])
    expect(live(profileId)).toEqual([])
  })

  it('gives a customer to every user created before the triggers', async () => {
    const ids = [await signUpBySql(database, 'old@example.com'), await signUpBySql(database, 'older@example.com')]
    await database.query(`update auth.users set created_at = now() - interval '1 year'`)
    await database.query('delete from public.profile where id = $1', [ids[0]])
    await database.query('delete from public.stripe_customer_work where profile_id = any ($1)', [ids])
    const { summary } = await fix()
    expect(summary).toMatchObject({ unrecorded: 2, found: { missing: 2 }, left: 0 })
    for (const id of ids) expect(live(id)).toHaveLength(1)
    expect((await fix()).summary.found.missing).toBe(0)
  })

  it('does not touch a profile while a request for it is under way', async () => {
    const profileId = await signUpBySql(database, 'busy@example.com')
    await database.query('select * from public.claim_stripe_customer_work($1, 30, 1, $2)', [
      crypto.randomUUID(),
      profileId,
    ])
    await stripe.customers.create({ metadata: { profile_id: profileId } })
    expect((await fix()).findings).toEqual([])
    const { rows } = await database.query('select public.link_stripe_customer($1, $2) as linked', [profileId, 'cus_x'])
    expect(rows).toEqual([{ linked: false }])
    await database.query(`update public.stripe_customer_work set next_attempt_at = now() where profile_id = $1`, [
      profileId,
    ])
    expect((await fix()).findings).toMatchObject([{ kind: 'missing', profileId, result: 'linked' }])
    expect(live(profileId)).toHaveLength(1)
  })

  it('waits and continues if Stripe answers 429 or 500, or cannot be reached', async () => {
    standIn.addFaults({ kind: 'rate_limit', method: 'GET', path: '/v1/customers', count: 3 })
    standIn.addFaults({ kind: 'cut', when: 'before_effect', method: 'GET', path: '/v1/customers', count: 2 })
    expect((await fix()).findings).toEqual([])
    standIn.clearFaults()
  })

  it('stops when the signal aborts', async () => {
    await expect(fix({ signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })
})
