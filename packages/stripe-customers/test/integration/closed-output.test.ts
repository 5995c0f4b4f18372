import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signUp, startStripe, stripeSecretKey } from '../test-stack.ts'

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

let server: TestPostgres
let standIn: StripeStandIn
let pool: Pool
beforeAll(async () => {
  ;[server, standIn] = await Promise.all([startTestPostgres(), startStripe()])
  pool = new Pool({ connectionString: server.url })
  pool.on('error', () => {})
})
afterAll(async () => {
  await pool.end()
  await Promise.all([server.stop(), standIn.stop()])
})

async function run(args: readonly string[], { isRead }: { isRead: boolean }) {
  const env = {
    PATH: '',
    DATABASE_URL: server.url,
    STRIPE_SECRET_KEY: stripeSecretKey,
    STRIPE_API_BASE: `http://127.0.0.1:${standIn.port}`,
  }
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = isRead ? text(child.stdout) : Promise.resolve(child.stdout.destroy()).then(() => '')
  const [out, said, [exitCode]] = await Promise.all([printed, text(child.stderr), once(child, 'close')])
  return { out, said, exitCode }
}

it('ends a command quietly if nobody reads its output', async () => {
  for (const line of ['sql --table public.m --id id --customer c', '--help', 'status --json'])
    expect(await run(line.split(' '), { isRead: false })).toEqual({ out: '', said: '', exitCode: 141 })
})

it('stops reconcile --fix between two profiles if nobody reads its output, and the next run does the rest', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, (_, place) => signUp(pool, `${place}@example.com`)))
  await pool.query('delete from public.stripe_customer_work')
  expect(await run(['reconcile', '--fix', '--json'], { isRead: false })).toMatchObject({ said: '', exitCode: 141 })
  const { out, exitCode } = await run(['reconcile', '--fix', '--json'], { isRead: true })
  expect({ exitCode, last: out.trim().split('\n').at(-1) }).toMatchObject({
    exitCode: 0,
    last: expect.stringContaining('"type":"summary"'),
  })
  const marks = standIn.state().customers.map(({ metadata }) => metadata['profile_id'])
  expect(marks).toHaveLength(ids.length)
  expect(new Set(marks)).toEqual(new Set(ids))
})
