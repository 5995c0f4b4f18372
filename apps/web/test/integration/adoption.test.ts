import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listCustomers, signUp, type Stack, startStack, webhookBody } from '#test/support/stack.ts'

const oldUsers = 300

let postgres: TestPostgres
let database: Client
let stack: Stack
beforeAll(async () => {
  postgres = await startTestPostgres({ migrationsDirectory: null })
  stack = await startStack({ databaseUrl: postgres.url, sweepIntervalMs: 500 })
  database = new Client({ connectionString: postgres.url })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await stack.stop()
  await postgres.stop()
})

/** Writes as a restore does, and as it was before the triggers. */
async function withoutTriggers(statements: string, values?: unknown[]): Promise<void> {
  await database.query('set session_replication_role = replica')
  await database.query(statements, values)
  await database.query('reset session_replication_role')
}

/** Runs `npx stripe-customers reconcile` as a process, and returns its exit code and its last line. */
function reconcile(...flags: string[]): Promise<{ exitCode: number | null; summary: unknown }> {
  const bin = fileURLToPath(import.meta.resolve('@routekey/stripe-customers/package.json')).replace(
    'package.json',
    'dist/cli/bin.js',
  )
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, 'reconcile', ...flags, '--json'], {
      env: { ...process.env, ...stack.env },
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    child.once('close', (exitCode) => {
      resolve({ exitCode, summary: JSON.parse(printed.trim().split('\n').at(-1) ?? 'null') })
    })
  })
}

async function readLinks(): Promise<Map<string, string | null>> {
  const { rows } = await database.query<{ id: string; stripe_customer: string | null }>(
    'select id, stripe_customer from public.profile',
  )
  return new Map(rows.map((row) => [row.id, row.stripe_customer]))
}

async function signUps(): Promise<void> {
  for (let user = 0; user < 10; user += 1) await signUp(stack)
}

/** Notifies the route of users, as the triggers of a project with a past might. */
async function wakeUp(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await fetch(`${stack.webUrl}/api/create-stripe-customer`, {
      method: 'POST',
      headers: { 'x-api-key': stack.apiRouteSecret, 'content-type': 'application/json' },
      body: webhookBody({ id, email: 'unused@example.com' }),
    })
  }
}

it('adopts the customers of 300 old users while the application works, and keeps them after a restore', async () => {
  const ids = Array.from({ length: oldUsers }, () => randomUUID())
  await withoutTriggers(
    `with users as (
       insert into auth.users (id, email, created_at, email_confirmed_at)
       select id, 'old-' || number || '@example.com', now() - interval '1 year', now() - interval '1 year'
       from unnest($1::uuid[]) with ordinality as old (id, number)
       returning id, email
     )
     insert into public.profile (id, email, created_at) select id, email, now() - interval '1 year' from users`,
    [ids],
  )
  const originals = new Map<string, string>()
  for (const [index, id] of ids.entries()) {
    const customer = await stack.stripe.customers.create({ metadata: { profile_id: id } })
    originals.set(id, customer.id)
    if (index % 2 === 0) {
      const subscription = { method: 'POST', body: JSON.stringify({ customer: customer.id }) }
      await fetch(`${stack.env['STRIPE_API_BASE']}/_sandbox/subscriptions`, subscription)
    }
  }
  /** Each old user has the customer from before, and none was deleted. */
  const expectOriginals = async () => {
    const links = await readLinks()
    expect(ids.map((id) => [id, links.get(id)])).toEqual(ids.map((id) => [id, originals.get(id)]))
    const customers = await listCustomers(stack)
    const all = new Set(customers.map(({ id }) => id))
    expect([...originals.values()].filter((customer) => !all.has(customer))).toEqual([])
    expect(customers.map(({ metadata }) => metadata['profile_id'] ?? '').toSorted()).toEqual(
      [...links.keys()].toSorted(),
    )
  }

  await Promise.all([reconcile('--fix'), wakeUp(ids.slice(0, 100)), wakeUp(ids.slice(200)), signUps()])
  await Promise.all([reconcile('--fix', '--delete-duplicates'), wakeUp(ids.slice(100, 200)), signUps()])
  expect(await reconcile('--fix', '--delete-duplicates')).toMatchObject({ exitCode: 0, summary: { left: 0 } })
  await expectOriginals()

  // A backup from before the adoption, 25 hours old, of which half of the rows had never looked.
  await withoutTriggers(`
    update public.profile set stripe_customer = null where email like 'old-%';
    update public.stripe_customer_work as work set
      kind = 'create', state = 'pending', stripe_customer = null, key_number = 1, look_first = get_byte(uuid_send(work.profile_id), 0) % 2 = 0,
      key_since = now() - interval '25 hours', next_attempt_at = now() - interval '25 hours', done_at = null
    from public.profile as profile where profile.id = work.profile_id and profile.email like 'old-%';
  `)
  await Promise.all([reconcile('--fix', '--delete-duplicates'), wakeUp(ids.slice(0, 100)), signUps()])
  expect(await reconcile('--fix', '--delete-duplicates')).toMatchObject({ exitCode: 0, summary: { left: 0 } })
  await expectOriginals()
  expect(await reconcile()).toMatchObject({ exitCode: 0, summary: { profiles: oldUsers + 30 } })
})
