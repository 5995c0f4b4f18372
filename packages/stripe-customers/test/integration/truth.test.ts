import { captureTerminal } from '@routekey/command-line/testing'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Output, outputSchema } from '../../src/cli/output-schema.ts'
import { run } from '../../src/cli/run.ts'
import { createStripe, signUp as signUpBySql, startStripe, stripeSecretKey } from '../test-stack.ts'

type FindingOutput = Extract<Output, { type: 'finding' }>

function findCustomer(stripe: StripeStandIn, id: string | null) {
  return stripe.state().customers.find((customer) => customer.id === id)
}

function possibleOf(findings: readonly FindingOutput[]): FindingOutput[] {
  return findings.filter(({ kind }) => kind === 'possible')
}

/** Everything that the command line prints is compared with the database and with Stripe, after each command. */
describe('what the command line prints', () => {
  let server: Awaited<ReturnType<typeof startTestPostgres>>
  let database: Pool
  let standIn: StripeStandIn
  const others: StripeStandIn[] = []

  beforeAll(async () => {
    server = await startTestPostgres()
    database = new Pool({ connectionString: server.url, max: 4 })
    database.on('error', () => {})
  })
  beforeEach(async () => {
    standIn = await startStripe({ account: 'acct_One' })
  })
  afterEach(async () => {
    await Promise.all([standIn, ...others.splice(0)].map((stripe) => stripe.stop()))
    await database.query(`
      delete from auth.users;
      delete from public.stripe_customer_work;
      delete from public.stripe_customer_account where number > 1;
      update public.stripe_customer_account set account = null, livemode = null;
    `)
  })
  afterAll(async () => {
    await database.end()
    await server.stop()
  })

  const signUp = () => signUpBySql(database, `${crypto.randomUUID()}@example.com`)
  const startOther = async (account = 'acct_Two') => {
    const other = await startStripe({ account })
    others.push(other)
    return other
  }
  const profileOf = async (id: string) => {
    const { rows } = await database.query<{ email: string; stripe_customer: string | null }>(
      'select email, stripe_customer from public.profile where id = $1',
      [id],
    )
    return rows[0] ?? null
  }
  const makeOld = async () => {
    await database.query('delete from public.stripe_customer_work')
    await database.query(`update auth.users set created_at = now() - interval '1 year'`)
    await database.query(`update public.profile set created_at = now() - interval '1 year'`)
  }

  /** Runs a command, and checks that each line of its output is true. */
  const command = async (line: string, stripe = standIn) => {
    const terminal = captureTerminal({
      env: { DATABASE_URL: server.url, STRIPE_SECRET_KEY: stripeSecretKey, STRIPE_API_BASE: stripe.url },
    })
    const exitCode = await run([...line.split(' '), '--json'], {
      ...terminal,
      progress: { write: terminal.say },
      signal: new AbortController().signal,
    })
    const lines = terminal.printed().split('\n').filter(Boolean)
    const outputs = lines.map((text) => outputSchema.parse(JSON.parse(text)))
    for (const output of outputs) await checkOutput(output, exitCode === 0, stripe)
    const findings = outputs.filter((output): output is FindingOutput => output.type === 'finding')
    return { exitCode, said: terminal.said(), findings, outputs, last: outputs.at(-1) }
  }
  /** The profile is linked to a customer that exists, and that has its e-mail and id. */
  const expectProvisioned = async (id: string, stripe: StripeStandIn) => {
    const profile = await profileOf(id)
    expect(findCustomer(stripe, profile?.stripe_customer ?? null)).toMatchObject({
      email: profile?.email,
      metadata: { profile_id: id },
    })
  }
  const checkOutput = async (output: Output, isDone: boolean, stripe: StripeStandIn) => {
    if (output.type === 'finding') return checkFinding(output, isDone, stripe)
    if (output.type === 'requeue' || output.type === 'relink') {
      if (output.outcome === 'provisioned') await expectProvisioned(output.profileId, stripe)
      expect(output.outcome === 'provisioned' || output.outcome === 'deleted').toBe(isDone)
      return
    }
    if (output.type === 'status') {
      const { rows } = await database.query('select stripe_customer from public.profile')
      expect([output.profiles, output.linked]).toEqual([
        rows.length,
        rows.filter(({ stripe_customer: linked }) => linked !== null).length,
      ])
    }
  }
  const checkFinding = async (finding: FindingOutput, isDone: boolean, stripe: StripeStandIn) => {
    const customer = 'stripeCustomer' in finding ? finding.stripeCustomer : null
    switch (finding.result) {
      case 'linked': {
        const { adopt } = finding.kind === 'missing' || finding.kind === 'deleted' ? finding : { adopt: null }
        expect((await profileOf(finding.profileId))?.stripe_customer).toBe(adopt)
        expect(findCustomer(stripe, adopt)).toBeDefined()
        break
      }
      case 'fixed':
        expect([finding.kind, findCustomer(stripe, customer)]).toEqual(['duplicate', undefined])
        break
      // With exit code 0, the sweep of the same command has done it.
      case 'due':
        if (isDone && finding.kind === 'orphaned') expect(findCustomer(stripe, customer)).toBeUndefined()
        else if (isDone) await expectProvisioned(finding.profileId, stripe)
        break
      case 'dismissed': {
        const work = 'select state from public.stripe_customer_work where profile_id = $1'
        expect((await database.query(work, [finding.profileId])).rows).toEqual([{ state: 'dismissed' }])
        break
      }
      case 'found':
      case 'would_fix':
      case 'left':
    }
  }

  it('adopts, replaces, marks and deletes', async () => {
    const stripe = createStripe(standIn)
    const ids = await Promise.all(Array.from({ length: 6 }, signUp))
    const [adopted = '', lost = '', drifted = '', doubled = '', gone = '', fresh = ''] = ids
    await command('sweep')
    await database.query('alter table public.profile disable trigger user')
    await database.query('update public.profile set stripe_customer = null where id = $1', [adopted])
    await database.query('alter table public.profile enable trigger user')
    await stripe.customers.del((await profileOf(lost))?.stripe_customer ?? '')
    await stripe.customers.update((await profileOf(drifted))?.stripe_customer ?? '', { email: 'drifted@example.com' })
    standIn.advanceClock(60)
    await stripe.customers.create({ metadata: { profile_id: doubled } })
    await database.query('delete from auth.users where id = $1', [gone])
    await command('sweep')
    await stripe.customers.create({ metadata: { profile_id: gone } })
    await database.query('delete from public.stripe_customer_work where profile_id = $1', [fresh])

    const fixed = await command('reconcile --fix --delete-duplicates')
    expect(fixed.exitCode).toBe(0)
    expect(fixed.findings.map(({ kind, result }) => `${kind} ${result}`).toSorted()).toEqual([
      'deleted due',
      'duplicate fixed',
      'email_drift due',
      'missing linked',
      'orphaned due',
    ])
    expect((await command('reconcile')).exitCode).toBe(0)
    for (const id of [adopted, lost, drifted, doubled, fresh]) {
      expect((await command(`requeue ${id}`)).last).toMatchObject({ outcome: 'provisioned' })
    }
  })

  it('says that it is due, and exits with 1, what Stripe then refuses', async () => {
    const id = await signUpBySql(database, 'refused-by-stripe@example.c')
    await makeOld()
    const fixed = await command('reconcile --fix')
    expect(fixed).toMatchObject({ exitCode: 1, findings: [{ kind: 'missing', result: 'due' }] })
    expect(await command(`requeue ${id}`)).toMatchObject({ exitCode: 1, last: { outcome: 'failed' } })
  })

  it('moves to another account, and leaves the one before as it is', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, signUp))
    await command('sweep')
    const before = standIn.state().customers
    const [deleted = '', copied = '', marked = ''] = ids
    await database.query('delete from auth.users where id = $1', [deleted])
    const other = await startOther()
    // As after Stripe has copied the data of one customer, and the operator has made another one.
    const kept = (await profileOf(copied))?.stripe_customer ?? ''
    const copy = { id: kept, metadata: { profile_id: copied } }
    await createStripe(other).customers.create(copy)
    const own = await createStripe(other).customers.create({ metadata: { profile_id: marked } })

    for (const line of ['reconcile', 'reconcile --fix', 'sweep', `requeue ${copied}`, `relink ${copied} ${own.id}`]) {
      expect(await command(line, other)).toMatchObject({
        exitCode: 1,
        outputs: [],
        said: expect.stringContaining(
          'belongs to acct_Two in test mode, but the customers are in acct_One in test mode',
        ),
      })
    }
    expect(await command('reconcile --fix --dry-run --new-account', other)).toMatchObject({
      exitCode: 1,
      last: { mode: 'plan', found: { moved: 4 } },
    })
    expect((await command('reconcile --new-account', other)).exitCode).toBe(2)
    expect(other.state().counts.customers).toBe(2)

    const moved = await command('reconcile --fix --new-account', other)
    expect(moved).toMatchObject({ exitCode: 0, last: { found: { moved: 4, left_behind: 1 }, left: 0 } })
    expect(await profileOf(copied)).toMatchObject({ stripe_customer: kept })
    expect(await profileOf(marked)).toMatchObject({ stripe_customer: own.id })
    expect(other.state().counts.customers).toBe(4)
    expect(standIn.state().customers).toEqual(before)
    expect(await command('reconcile --fix --new-account', other)).toMatchObject({ exitCode: 0, findings: [] })
    expect(await command('status', other)).toMatchObject({
      exitCode: 0,
      last: { account: { account: 'acct_Two', livemode: false }, dismissed: 1, elsewhere: 0, failed: 0 },
    })
    expect(await command('sweep')).toMatchObject({ exitCode: 1 })
  })

  it('continues a move that was interrupted', async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, signUp))
    await command('sweep')
    const other = await startOther()
    await database.query(`select public.begin_stripe_customer_account('acct_Two', false)`)
    await database.query('select public.move_stripe_customers(array[]::uuid[], array[$1::uuid])', [ids[0]])
    expect(await command('status', other)).toMatchObject({ exitCode: 1, last: { elsewhere: 2 } })
    const fix = 'run: stripe-customers reconcile --fix --new-account'
    expect(await command('reconcile --fix', other)).toMatchObject({
      exitCode: 1,
      findings: [1, 2].map(() => ({ kind: 'moved', result: 'left', why: expect.stringContaining(fix) })),
    })
    expect(await command('reconcile --fix --new-account', other)).toMatchObject({ exitCode: 0 })
    expect(await command('status', other)).toMatchObject({ exitCode: 0, last: { elsewhere: 0, linked: 3 } })
    expect(other.state().counts.customers).toBe(3)
  })

  it('dismisses a deletion that nobody wants any more', async () => {
    const id = await signUp()
    await command('sweep')
    await database.query(`update public.profile set stripe_customer = 'cus_nowhere' where id = $1`, [id])
    await database.query('update public.stripe_customer_work set look_first = false where profile_id = $1', [id])
    await database.query('delete from auth.users where id = $1', [id])
    await command('sweep')
    expect(await command('status')).toMatchObject({ exitCode: 1, last: { failed: 1 } })
    expect(await command(`dismiss ${id}`)).toMatchObject({ exitCode: 0, last: { outcome: 'dismissed' } })
    expect(await command('status')).toMatchObject({ exitCode: 0, last: { failed: 0, dismissed: 1 } })
    expect(await command(`dismiss ${id}`)).toMatchObject({ exitCode: 1, last: { outcome: 'unchanged' } })
    expect(await command(`dismiss ${crypto.randomUUID()}`)).toMatchObject({ exitCode: 1 })
    // A user who returns gets a customer.
    await database.query(
      'insert into auth.users (id, email, created_at, email_confirmed_at) values ($1, $2, now(), now())',
      [id, 'returned@example.com'],
    )
    expect(await command(`requeue ${id}`)).toMatchObject({ exitCode: 0, last: { outcome: 'provisioned' } })
  })

  it('reports a customer with the same e-mail and no mark as possible, and links it only when told to', async () => {
    const [id, other] = [await signUp(), await signUp()]
    await makeOld()
    const stripe = createStripe(standIn)
    const email = (await profileOf(id))?.email ?? ''
    const bought = await stripe.customers.create({ email: email.toUpperCase() })
    const finding = { kind: 'possible', profileId: id, stripeCustomer: bought.id, linked: null }
    const why = `stripe-customers relink ${id} ${bought.id}`
    const reported = await command('reconcile')
    expect(possibleOf(reported.findings)).toMatchObject([
      { ...finding, result: 'found', why: expect.stringContaining(why) },
    ])
    const fixed = await command('reconcile --fix')
    expect(fixed).toMatchObject({ exitCode: 1, last: { left: 1, sweep: { done: 1 } } })
    expect(possibleOf(fixed.findings)).toMatchObject([
      { ...finding, result: 'left', why: expect.stringContaining(why) },
    ])
    expect(await profileOf(id)).toMatchObject({ stripe_customer: null })
    await expectProvisioned(other, standIn)

    expect(await command(`relink ${id} ${bought.id}`)).toMatchObject({ exitCode: 0, last: { outcome: 'provisioned' } })
    expect(await command('reconcile --fix')).toMatchObject({ exitCode: 0, findings: [] })
    // Beside a link, it is not a difference.
    await stripe.customers.create({ email })
    expect(await command('reconcile')).toMatchObject({
      exitCode: 0,
      findings: [{ kind: 'possible', profileId: id, linked: bought.id }],
      last: { possible: 1 },
    })
  })
})
