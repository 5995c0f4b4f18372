// Measures `reconcile` for a million users from before the engine, on a database that ends each statement after 8 s. Run it with:
// npm exec -- node packages/stripe-customers/test/scale/measure-reconcile.ts
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { startStripe, stripeSecretKey } from '../test-stack.ts'
import { seedProfiles } from './seed-profiles.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))

const server = await startTestPostgres({
  settings: { shared_buffers: '512MB', max_wal_size: '4GB', statement_timeout: '8s' },
})
const standIn = await startStripe()
const client = new Client({ connectionString: server.url })
try {
  await client.connect()
  await seed()
  await report('--fix --dry-run, to its end', ['--fix', '--dry-run'], () => false)
  await report('--fix, interrupted in the middle', ['--fix'], (text) => /[45]\d % +profiles/.test(text))
  await report('--fix, resumed, until it sweeps', ['--fix'], (text) => /rows \d/.test(text))
} finally {
  await client.end()
  await standIn.stop()
  await server.stop()
}

/** Writes users and profiles without work. */
async function seed(): Promise<void> {
  await client.query('set statement_timeout = 0')
  await seedProfiles(client, { total, pending: total })
  await client.query(`
    set session_replication_role = replica;
    delete from public.stripe_customer_work;
    insert into auth.users (id, email, created_at, email_confirmed_at)
    select id, email, created_at, created_at from public.profile;
    reset session_replication_role;
  `)
  for (const table of ['auth.users', 'public.stripe_customer_work']) await client.query(`vacuum analyze ${table}`)
}

/** Runs the command until its progress says enough, and prints what it took. */
async function report(name: string, flags: string[], isEnough: (progress: string) => boolean): Promise<void> {
  const startedAt = performance.now()
  const child = spawn(bin, ['reconcile', ...flags], {
    env: {
      ...process.env,
      DATABASE_URL: server.url,
      STRIPE_SECRET_KEY: stripeSecretKey,
      STRIPE_API_BASE: standIn.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [lines, last, progressLines, peakMb] = [0, '', 0, 0]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1
    last = `${last}${text}`.slice(-400)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    progressLines += 1
    if (isEnough(text)) child.kill('SIGINT')
  })
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, readPeakMb(child))
  }, 100)
  await once(child, 'exit')
  clearInterval(timer)
  const { rows } = await client.query<{ count: string }>('select count(*) from public.stripe_customer_work')
  const seconds = (performance.now() - startedAt) / 1000
  const end = last.trim().split('\n').slice(-1).join(' ').slice(-160)
  process.stdout.write(
    `${name}: ${seconds.toFixed(0)} s, exit code ${child.exitCode}, at most ${peakMb.toFixed(0)} MB resident, ` +
      `${lines} lines, ${progressLines} of progress, ${rows[0]?.count} rows of work; ${end}\n`,
  )
}

/** Reads the most resident memory that a process has had, on Linux. */
function readPeakMb({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    // It has ended.
    return 0
  }
}
