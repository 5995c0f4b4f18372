import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { findFreePort, startSandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { readBlocks } from '@routekey/tools/read-blocks'
import { createClient } from '@supabase/supabase-js'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { send } from '#test/support/send.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const hasCurl = spawnSync('curl', ['--version']).error === undefined
const password = 'correct horse battery staple'

describe('npm start', { timeout: 300_000 }, () => {
  let dir: string
  let env: NodeJS.ProcessEnv & Record<string, string>
  let ports: Record<'web' | 'supabase' | 'stripe' | 'github', number>
  const cleanUp: (() => unknown)[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'routekey-start-'))
    ports = {
      web: await findFreePort(),
      supabase: await findFreePort(),
      stripe: await findFreePort(),
      github: await findFreePort(),
    }
    env = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      NODE_ENV: 'production',
      __NEXT_PROCESSED_ENV: 'true',
      SANDBOX_DIR: join(dir, 'sandbox'),
      SANDBOX_ENV_FILE: join(dir, '.env.local'),
      PORT: String(ports.web),
      SANDBOX_SUPABASE_PORT: String(ports.supabase),
      SANDBOX_STRIPE_PORT: String(ports.stripe),
      SANDBOX_GITHUB_PORT: String(ports.github),
    }
  })
  afterEach(async () => {
    for (const task of cleanUp.splice(0).toReversed()) await task()
    await rm(dir, { recursive: true, force: true })
  })

  /** Runs the command in its own process group, like a shell, so that the whole group can be signalled. */
  function start() {
    const child = spawn(process.execPath, ['tools/start.mjs'], { cwd: root, env, detached: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    cleanUp.push(async () => {
      signalGroup(child, 'SIGKILL')
      await exit
    })
    return {
      child,
      exit,
      output: () => output,
      ready: async () => {
        // To the end of the message, which can arrive in parts.
        while (!/^Ready[^]*^ +-d '.*'\n/m.test(output)) {
          if (child.exitCode !== null) throw new Error(`It ended before it was ready:\n${output}`)
          await sleep(50)
        }
      },
    }
  }

  /** Runs the command that counts the work, with the variables that `npm start` has written. */
  function runStatus() {
    const program = join(root, 'node_modules/.bin/stripe-customers')
    const args = ['status', '--json', '--env-file', env.SANDBOX_ENV_FILE!]
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env })
    expect(stdout, stderr).not.toBe('')
    return { status, output: z.record(z.string(), z.unknown()).parse(JSON.parse(stdout)) }
  }

  const readVariables = async () => parseEnv(await readFile(env.SANDBOX_ENV_FILE!, 'utf8'))

  it('prints the address, the secret file and requests that work when pasted, and ends on Ctrl-C', async ({ skip }) => {
    skip(!hasCurl, 'The requests that npm start prints need curl. Install it (Debian: apt-get install curl).')
    const run = start()
    await run.ready()
    const output = run.output()
    // The build exists before the tests. A second build would disturb the tests that run at the same time.
    expect(output).not.toContain('Building')
    expect(output).toMatch(new RegExp(`^Ready.*http://localhost:${ports.web}$`, 'm'))
    expect(output).toContain(env.SANDBOX_ENV_FILE)
    expect((await stat(env.SANDBOX_ENV_FILE!)).mode & 0o777).toBe(0o600)

    const [bare, withKey] = output.match(/(?:sed .*\|\n +)?curl -i(?:.*\\\n)*.*/g) ?? []
    expect(paste(bare!)).toMatch(/^HTTP\/1\.1 401 /)
    expect(paste(withKey!)).toMatch(/^HTTP\/1\.1 200 [^]*\{"message":"stripe customer created: cus_\w+"\}$/)

    const blocks = readBlocks('README.md').filter(({ note }) => note?.startsWith('run by '))
    const [ready, attack] = blocks.map(({ code }) => code.replaceAll('localhost:3000', `localhost:${ports.web}`))
    expect(blocks).toHaveLength(2)
    expect(output).toMatch(new RegExp(`^${ready?.replace(/\d+\.\d/, String.raw`\d+\.\d`)}`, 'm'))
    const answers = paste(attack?.replaceAll('apps/web/.env.local', env.SANDBOX_ENV_FILE!) ?? '')
    expect(answers.match(/(?<=HTTP\/1\.1 )\d+|stripe customer created/g)).toEqual([
      '401',
      '200',
      'stripe customer created',
    ])

    const variables = await readVariables()
    await send(
      `http://127.0.0.1:${ports.web}/api/create-stripe-customer?API_ROUTE_SECRET=${variables.API_ROUTE_SECRET}`,
    )

    signalGroup(run.child, 'SIGINT')
    expect(await run.exit).toBe(0)
    for (const port of Object.values(ports)) expect(await isOpen(port)).toBe(false)
    for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET', 'SUPABASE_SECRET_KEY', 'STRIPE_SECRET_KEY']) {
      expect(variables[name]).toBeTruthy()
      expect(run.output()).not.toContain(variables[name])
    }
  })

  it('has all data after kill -9, and continues', async () => {
    const first = start()
    await first.ready()
    const variables = await readVariables()
    const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key = '' } = variables
    const email = 'grace@example.com'
    const { client: visitor, id } = await signUp(
      { url, publishableKey: key, mailDirectory: join(dir, 'sandbox', 'mail') },
      email,
    )
    const readProfile = async (client = visitor) =>
      (await client.from('profile').select('id, stripe_customer').single()).data
    // Before this, a crash would leave the profile without its customer until the lease expires.
    await expect.poll(() => readProfile()).toEqual({ id, stripe_customer: expect.stringMatching(/^cus_/) })
    const customer = (await readProfile())?.stripe_customer
    const stripe = stripeAt(ports.stripe, variables.STRIPE_SECRET_KEY!)
    const find = async () => (await stripe.customers.list({ email })).data.map((found) => found.id)
    expect(await find()).toEqual([customer])

    signalGroup(first.child, 'SIGKILL')
    await first.exit
    for (const port of Object.values(ports)) await expect.poll(() => isOpen(port)).toBe(false)
    await start().ready()

    expect(await readVariables()).toEqual(variables)
    expect(await find()).toEqual([customer])
    const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } })
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull()
    expect(await readProfile(client)).toEqual({ id, stripe_customer: customer })
  })

  it('walks the whole story on the Postgres of DATABASE_URL', async () => {
    const postgres = await startTestPostgres({ migrationsDirectory: null })
    cleanUp.push(() => postgres.stop())
    env.DATABASE_URL = postgres.url
    await start().ready()
    const variables = await readVariables()
    const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey = '' } = variables
    const admin = createClient(url, variables.SUPABASE_SECRET_KEY ?? '', { auth: { persistSession: false } })
    const email = 'ada@example.com'
    const { client, id } = await signUp({ url, publishableKey, mailDirectory: join(dir, 'sandbox', 'mail') }, email)
    const readProfile = async () => (await client.from('profile').select('email, stripe_customer').single()).data
    await expect.poll(readProfile).toEqual({ email, stripe_customer: expect.stringMatching(/^cus_/) })

    const webUrl = `http://localhost:${ports.web}`
    const browser = openScriptlessBrowser({ webUrl })
    await browser.submit(await browser.get('/login'), 'Sign in', { email, password })
    const choices = { name: 'CI', scopes: 'customer:read', expiry: '30', window: 'day', quota: '1' }
    const created = await browser.submit(await browser.get('/keys'), 'Create key', choices)
    const key = /rk_user_[A-Za-z0-9]{30,}/.exec(created.body)?.[0] ?? ''
    const call = () => send(`${webUrl}/api/v1/customer`, { method: 'GET', headers: ['authorization', `Bearer ${key}`] })
    const answer = await call()
    expect(answer.status, answer.body).toBe(200)
    expect(answer.json()).toEqual(await readProfile())
    expect((await call()).status).toBe(429)

    expect(runStatus()).toMatchObject({ status: 0, output: { failed: 0, unrecorded: 0, pending: 0 } })
    const refusal = { code: 'stripe_refused', message: 'say "no"' }
    const row = { target: id, lease: randomUUID() }
    await admin.rpc('requeue_stripe_customer_work', { target: id })
    const { data: claimed } = await admin.rpc('claim_stripe_customer_work', { ...row, lease_seconds: 60 }).single()
    await admin.rpc('fail_stripe_customer_work', {
      ...row,
      seen_revision: z.object({ revision: z.int() }).parse(claimed).revision,
      error: refusal,
      refused: true,
    })
    const failure = expect.objectContaining({ profileId: id, error: refusal })
    expect(runStatus()).toMatchObject({ status: 1, output: { failed: 1, failures: [failure] } })
  })

  it('ends its child processes if only the main process is killed', async () => {
    const run = start()
    await run.ready()
    run.child.kill('SIGKILL')
    await run.exit
    for (const port of Object.values(ports)) await expect.poll(() => isOpen(port)).toBe(false)
  })

  it.each(['web', 'supabase', 'stripe', 'github'] as const)('names the %s port when it is taken', async (part) => {
    const squatter = createTcpServer().listen(ports[part], '127.0.0.1')
    cleanUp.push(() => squatter.close())
    const variable = part === 'web' ? 'PORT' : `SANDBOX_${part.toUpperCase()}_PORT`
    const run = start()
    expect(await run.exit).toBe(1)
    const told = `Port ${ports[part]} is in use. Stop the program that uses it, or set ${variable} to another port.\n`
    expect(run.output()).toBe(told)
  })

  it('uses the configured Stripe, and does not start its own', async () => {
    const requests: string[] = []
    const other = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.authorization}`)
      response.setHeader('content-type', 'application/json')
      if (request.method === 'POST') {
        response.end('{"id":"cus_elsewhere","object":"customer","metadata":{},"email":null}')
      } else if (request.url === '/v1/account') {
        // That of the sandbox. With the key of another one, nothing would be sent.
        response.end('{"id":"acct_StripeStandIn01","object":"account"}')
      } else {
        response.end('{"object":"list","data":[],"has_more":false,"url":"/v1/customers"}')
      }
    })
    Object.assign(env, { STRIPE_SECRET_KEY: 'sk_test_of_my_own', STRIPE_API_BASE: await listen(other, cleanUp) })
    const run = start()
    await run.ready()
    expect(await isOpen(ports.stripe)).toBe(false)
    expect(await readVariables()).not.toHaveProperty('STRIPE_SECRET_KEY')
    await expect.poll(() => requests).toContain('POST /v1/customers Bearer sk_test_of_my_own')
    expect(run.output()).not.toContain('sk_test_of_my_own')
  })

  it('uses the configured Supabase, and does not start its own', async () => {
    const apiRouteSecret = randomBytes(32).toString('hex')
    const other = await startSandbox({
      dir: join(dir, 'other'),
      appUrl: `http://127.0.0.1:${ports.web}`,
      apiRouteSecret,
      ports: { supabase: 0, github: 0 },
      stripe: false,
    })
    cleanUp.push(() => other.stop())
    const { url, publishableKey, secretKey } = other.supabase!
    Object.assign(env, {
      API_ROUTE_SECRET: apiRouteSecret,
      NEXT_PUBLIC_SUPABASE_URL: url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: secretKey,
    })
    await start().ready()
    expect(await isOpen(ports.supabase)).toBe(false)
    expect(await isOpen(ports.github)).toBe(false)
    const { client, id } = await signUp(other.supabase!, 'elsewhere@example.com')
    const customer = async () => (await client.from('profile').select('stripe_customer').eq('id', id).single()).data
    await expect.poll(customer).toEqual({ stripe_customer: expect.stringMatching(/^cus_/) })
  })

  it('prefers a secret from the environment over the file', async () => {
    const secret = randomBytes(32).toString('hex')
    env.API_ROUTE_SECRET = secret
    const run = start()
    await run.ready()
    expect(run.output()).toContain(`printf 'x-api-key: %s' "$API_ROUTE_SECRET"`)
    expect(run.output()).not.toContain(secret)
    expect(await readVariables()).not.toHaveProperty('API_ROUTE_SECRET')
    const answer = await send(`http://127.0.0.1:${ports.web}/api/create-stripe-customer`, {
      headers: ['x-api-key', secret, 'content-type', 'application/json'],
      body: '{}',
    })
    expect(answer.status).toBe(400)

    // Only to the process, like a supervisor. A terminal sends it to the whole group.
    run.child.kill('SIGINT')
    expect(await run.exit).toBe(0)
    for (const port of Object.values(ports)) expect(await isOpen(port)).toBe(false)
  })
})

async function signUp(
  { url, publishableKey, mailDirectory }: { url: string; publishableKey: string; mailDirectory: string },
  email: string,
) {
  const client = createClient(url, publishableKey, { auth: { persistSession: false, autoRefreshToken: false } })
  await client.auth.signUp({ email, password })
  const token = await readMailedToken(mailDirectory, email)
  const { data, error } = await client.auth.verifyOtp({ type: 'signup', token_hash: token })
  if (error !== null) throw error
  return { client, id: data.user!.id }
}

function paste(command: string): string {
  return execFileSync('sh', ['-c', command.replaceAll(' -i', ' -s -i')], { cwd: root, encoding: 'utf8' })
}

function stripeAt(port: number, key: string): Stripe {
  return new Stripe(key, { protocol: 'http', host: '127.0.0.1', port, telemetry: false })
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  process.kill(-pid, signal)
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function listen(server: Server, cleanUp: (() => unknown)[]): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return `http://127.0.0.1:${address.port}`
}
