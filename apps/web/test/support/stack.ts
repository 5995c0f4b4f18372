import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, type Sandbox, startSandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { startWebServer, type WebServer } from '@routekey/tools/web-server'
import { createClient, type SupabaseClient, type User } from '@supabase/supabase-js'
import { Stripe } from 'stripe'

/** The password of all test users. */
export const password = 'correct horse battery staple'

/** The built application with its own sandbox: ports, empty data and secrets. */
export interface Stack {
  readonly webUrl: string
  web: WebServer
  readonly sandbox: Sandbox
  /** The environment of the application. */
  readonly env: Record<string, string>
  readonly apiRouteSecret: string
  /** Acts as the service role. */
  readonly admin: SupabaseClient
  /** The real SDK, connected to the stand-in. */
  readonly stripe: Stripe
  /** Creates a client like in a visitor's browser. */
  readonly visitor: () => SupabaseClient
  /** Restarts the application on the same port. */
  readonly restartWeb: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** The options of a stack. */
export interface StackOptions {
  /** Overrides the application's environment; `undefined` removes a variable. */
  readonly env?: Record<string, string | undefined>
  /** The address of an empty Postgres, with a superuser. Default: PGlite. */
  readonly databaseUrl?: string
  /** The interval of the sandbox's sweeps; default 15,000. */
  readonly sweepIntervalMs?: number
}

/** Starts a stack. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const cleanUp: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const task of cleanUp.splice(0).toReversed()) await task()
  }
  try {
    return await assemble(options, cleanUp, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function assemble(
  options: StackOptions,
  cleanUp: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'routekey-stack-'))
  cleanUp.push(() => rm(dir, { recursive: true, force: true }))
  const port = await findFreePort()
  const apiRouteSecret = randomBytes(32).toString('hex')
  const cronSecret = randomBytes(32).toString('hex')
  const sandbox = await startSandbox({
    dir,
    appUrl: `http://127.0.0.1:${port}`,
    apiRouteSecret,
    cronSecret,
    stripeWebhook: true,
    ports: { supabase: 0, stripe: 0, github: 0 },
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    ...(options.sweepIntervalMs === undefined ? {} : { sweepIntervalMs: options.sweepIntervalMs }),
  })
  cleanUp.push(() => sandbox.stop())
  if (sandbox.supabase === null || sandbox.stripe === null) throw new Error('The stack runs every part of the sandbox.')

  const env: Record<string, string> = {
    // Keeps Next.js from reading the developer's .env.local.
    __NEXT_PROCESSED_ENV: 'true',
    // All tests of a stack have one address.
    INVALID_KEY_QUOTA: '1000000',
    API_ROUTE_SECRET: apiRouteSecret,
    CRON_SECRET: cronSecret,
    NEXT_PUBLIC_SUPABASE_URL: sandbox.supabase.url,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: sandbox.supabase.publishableKey,
    SUPABASE_SECRET_KEY: sandbox.supabase.secretKey,
    STRIPE_SECRET_KEY: sandbox.stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: sandbox.stripe.webhookSecret,
    STRIPE_API_BASE: sandbox.stripe.url,
  }
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (value === undefined) delete env[name]
    else env[name] = value
  }
  const { supabase } = sandbox
  const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } }
  const stripeUrl = new URL(sandbox.stripe.url)

  const stack: Stack = {
    webUrl: `http://127.0.0.1:${port}`,
    web: await startWebServer({ port, env }),
    sandbox,
    env,
    apiRouteSecret,
    admin: createClient(supabase.url, supabase.secretKey, withoutSession),
    stripe: new Stripe(sandbox.stripe.secretKey, {
      protocol: 'http',
      host: stripeUrl.hostname,
      port: stripeUrl.port,
      telemetry: false,
    }),
    visitor: () => createClient(supabase.url, supabase.publishableKey, withoutSession),
    restartWeb: async () => {
      await stack.web.stop()
      stack.web = await startWebServer({ port, env })
    },
    stop,
  }
  cleanUp.push(() => stack.web.stop())
  return stack
}

/** Signs up a new user with email and password through supabase-js, and confirms the address. */
export async function signUp(
  stack: Stack,
  email = `${randomUUID()}@example.com`,
): Promise<{ id: string; email: string }> {
  return { id: (await confirmedSignUp(stack, stack.visitor(), email)).id, email }
}

/** Signs up a new user and confirms the address. The client has their session then. */
export async function confirmedSignUp(
  stack: Stack,
  { auth }: Pick<SupabaseClient, 'auth'>,
  email: string,
): Promise<User> {
  const { error: refusal } = await auth.signUp({ email, password })
  if (refusal !== null) throw refusal
  const token = await readMailedToken(stack.sandbox.supabase?.mailDirectory ?? '', email)
  const { data, error } = await auth.verifyOtp({ type: 'signup', token_hash: token })
  if (error !== null) throw error
  if (data.user === null) throw new Error('The confirmation gave no user.')
  return data.user
}

/** The body of the database webhook for a new profile. */
export function webhookBody(profile: { id: string; email: string }): string {
  const record = { ...profile, stripe_customer: null }
  return JSON.stringify({ type: 'INSERT', table: 'profile', schema: 'public', record, old_record: null })
}

/** Lists all customers at Stripe. */
export async function listCustomers(stack: Stack): Promise<Stripe.Customer[]> {
  return stack.stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 })
}
