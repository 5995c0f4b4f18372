import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { readMailedToken } from '../../src/testing/read-mailed-token.ts'

const runSandboxPath = fileURLToPath(new URL('../run-sandbox.ts', import.meta.url))

const startedSchema = z.object({
  supabase: z.object({ url: z.string(), publishableKey: z.string(), secretKey: z.string() }),
  stripe: z.object({ url: z.string(), secretKey: z.string() }),
})

type Running = { child: ChildProcess } & z.infer<typeof startedSchema>

let dir: string
const children = new Set<ChildProcess>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'routekey-durability-'))
})

afterEach(async () => {
  await Promise.all([...children].map(kill))
  await rm(dir, { recursive: true })
})

function forkSandbox(): ChildProcess {
  const child = fork(runSandboxPath, [dir], { execArgv: [] })
  children.add(child)
  return child
}

async function start(): Promise<Running> {
  const child = forkSandbox()
  const [message] = await once(child, 'message')
  return { child, ...startedSchema.parse(message) }
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function connect({ supabase }: Running, key = supabase.publishableKey): SupabaseClient {
  return createClient(supabase.url, key, { auth: { persistSession: false, autoRefreshToken: false } })
}

function connectStripe({ stripe }: Running): Stripe {
  const { hostname: host, port } = new URL(stripe.url)
  return new Stripe(stripe.secretKey, { host, port, protocol: 'http' })
}

const password = 'correct horse'

it('keeps everything that it answered when it is killed twice', async () => {
  const emails: string[] = []
  const customers: string[] = []
  let running = await start()
  const { supabase: first } = running
  let signUpMs = 0
  const confirm = async (email: string) => {
    const token_hash = await readMailedToken(join(dir, 'mail'), email)
    return (await connect(running).auth.verifyOtp({ type: 'signup', token_hash })).data.session!
  }
  await connect(running).auth.signUp({ email: 'first@example.com', password })
  const session = await confirm('first@example.com')
  emails.push('first@example.com')

  for (let round = 1; round <= 2; round += 1) {
    for (let user = 1; user <= 2; user += 1) {
      const email = `user-${round}-${user}@example.com`
      const startedAt = performance.now()
      const { error } = await connect(running).auth.signUp({ email, password })
      signUpMs = performance.now() - startedAt
      expect(error).toBeNull()
      emails.push(email)
      await confirm(email)
    }
    customers.push((await connectStripe(running).customers.create({ email: `round-${round}@example.com` })).id)

    // Kills it in the middle of a sign-up, whose response never comes.
    const interrupted = connect(running).auth.signUp({ email: `interrupted-${round}@example.com`, password })
    await sleep((signUpMs * round) / 3)
    await kill(running.child)
    await interrupted

    running = await start()
    expect(running.supabase).toMatchObject({ publishableKey: first.publishableKey, secretKey: first.secretKey })
    const { data } = await connect(running, running.supabase.secretKey).from('profile').select('email')
    const found = new Set((data ?? []).map(({ email }: { email: string }) => email))
    expect(emails.filter((email) => !found.has(email))).toEqual([])
    const listed = await connectStripe(running).customers.list({ limit: 100 })
    expect(listed.data.map(({ id }) => id).toSorted()).toEqual(customers.toSorted())
  }

  for (const email of ['first@example.com', emails.at(-1)!]) {
    const { error } = await connect(running).auth.signInWithPassword({ email, password })
    expect(error).toBeNull()
  }
  const { data: user } = await connect(running).auth.getUser(session.access_token)
  expect(user.user!.email).toBe('first@example.com')
  const { error: refreshError } = await connect(running).auth.refreshSession({ refresh_token: session.refresh_token })
  expect(refreshError).toBeNull()
})

it('starts after it was killed at several moments of its first start', async () => {
  for (const name of ['keys.json', 'postgres.unfinished', 'postgres']) {
    const child = forkSandbox()
    await vi.waitFor(async () => expect(await readdir(dir)).toContain(name), { timeout: 60_000, interval: 1 })
    await kill(child)
  }
  const running = await start()
  const { error } = await connect(running).auth.signUp({ email: 'first@example.com', password })
  expect(error).toBeNull()
  expect(await readdir(dir)).toEqual(expect.arrayContaining(['keys.json', 'lock', 'postgres', 'stripe.sqlite']))
  expect(await readdir(dir)).not.toContain('postgres.unfinished')
})
