import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { lockDirectory } from './host/directory-lock.ts'
import { ensureKeys, type SandboxKeys } from './host/keys.ts'
import { defaultMigrationsDirectory, seedFile } from './supabase/database/migrations-directory.ts'
import { checkPortsAreFree, listenOnLoopback, type PortRequest } from './host/ports.ts'
import type { GithubApplication } from './supabase/supabase.ts'
import { startSweepTimer } from './cron/sweep-timer.ts'

/** Options of {@link startSandbox}. */
export interface SandboxOptions {
  /** Data directory, created with mode 700. Default: `.sandbox` in the working directory. */
  readonly dir?: string
  /** Ports on 127.0.0.1, 0 for any. Default: Supabase 54321, Stripe 12111, GitHub 4001. */
  readonly ports?: { supabase?: number; stripe?: number; github?: number }
  /** Address of the application. Default: `http://localhost:3000`. */
  readonly appUrl?: string
  /** Goes to Vault for the wake-up of `/api/create-stripe-customer`. Default: Vault is left as it is. */
  readonly apiRouteSecret?: string
  /** With it, `/api/sync-stripe-customers` is called at an interval. Default: it is not called. */
  readonly cronSecret?: string
  /** Milliseconds between two calls of `/api/sync-stripe-customers`. Default: 15,000. */
  readonly sweepIntervalMs?: number
  /** False where a configured Supabase is used: neither it nor GitHub is started. Default: true. */
  readonly supabase?: boolean
  /** False where a configured Stripe is used. Default: true. */
  readonly stripe?: boolean
  /** Signs the events of the Stripe stand-in. Default: one of the data directory's own. */
  readonly stripeWebhookSecret?: string
  /** True sends Stripe's events to `/api/stripe/webhook` of the application. Default: false. */
  readonly stripeWebhook?: boolean
  /** False for no sign-in with GitHub, or the application that is registered at GitHub itself. Default: the stand-in. */
  readonly github?: boolean | GithubApplication
  /** A Postgres to use in place of PGlite, with a user who is a superuser. */
  readonly databaseUrl?: string
  /** Default: the repository's `supabase/migrations`. */
  readonly migrationsDirectory?: string
  /** Runs the repository's `supabase/seed.sql` once, after the migrations. Default: false. */
  readonly seed?: boolean
  /** Hears what a person at a terminal should know, one line at a time, never with a secret. Default: nobody. */
  readonly log?: (line: string) => void
}

/** A running sandbox. A part that was not started is null. */
export interface Sandbox {
  readonly supabase: {
    url: string
    publishableKey: string
    secretKey: string
    /** Where each e-mail becomes a file. */
    mailDirectory: string
  } | null
  readonly stripe: { url: string; secretKey: string; webhookSecret: string } | null
  readonly github: { url: string } | null
  /** Stops every part and frees the ports and the directory. A second call waits for the first. */
  readonly stop: () => Promise<void>
}

/** The environment variables that change the default ports. */
export const portVariables = {
  supabase: 'SANDBOX_SUPABASE_PORT',
  stripe: 'SANDBOX_STRIPE_PORT',
  github: 'SANDBOX_GITHUB_PORT',
} as const

/** Where each part listens unless told otherwise. */
export const defaultPorts = { supabase: 54_321, stripe: 12_111, github: 4001 } as const

const defaultSweepIntervalMs = 15_000

/**
 * Starts the embedded stack in this process, on loopback only: Supabase with the migrations applied, pg_net's worker,
 * Vault, GitHub, Stripe, and the timer that sweeps. Reads no environment variable.
 *
 * @throws {PortInUseError} `ERR_SANDBOX_PORT_IN_USE`, before anything is started.
 * @throws {DirectoryInUseError} `ERR_SANDBOX_DIRECTORY_IN_USE`
 * @throws {MigrationError} `ERR_SANDBOX_MIGRATION`
 * @example
 * import { startSandbox } from '@routekey/sandbox'
 *
 * const sandbox = await startSandbox({ dir: temporaryDirectory, ports: { supabase: 0, stripe: 0, github: 0 } })
 * const supabase = createClient(sandbox.supabase.url, sandbox.supabase.publishableKey)
 * await sandbox.stop()
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    appUrl = 'http://localhost:3000',
    cronSecret,
    sweepIntervalMs = defaultSweepIntervalMs,
    log = () => {},
  } = options
  const dir = resolve(options.dir ?? '.sandbox')
  const listen = resolveListening(options)
  await checkPortsAreFree(Object.values(listen))

  // Last started, first stopped.
  const stopTasks: (() => Promise<void>)[] = []
  const stopAll = async (): Promise<void> => {
    for (const task of stopTasks.toReversed()) await task()
  }
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= stopAll())
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    stopTasks.push(await lockDirectory(dir))
    const context: Context = { options, dir, appUrl, keys: await ensureKeys(dir), log, stopTasks }
    const stripe = listen.stripe ? await startStripe(context, listen.stripe) : null
    const { supabase, github } = listen.supabase
      ? await startSupabaseAndGithub(context, listen.supabase, listen.github)
      : { supabase: null, github: null }
    if (cronSecret !== undefined) {
      const url = `${appUrl}/api/sync-stripe-customers`
      stopTasks.push(startSweepTimer({ url, secret: cronSecret, intervalMs: sweepIntervalMs, log }).stop)
    }
    return { supabase, stripe, github, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Context {
  readonly options: SandboxOptions
  readonly dir: string
  readonly appUrl: string
  readonly keys: SandboxKeys
  readonly log: (line: string) => void
  readonly stopTasks: (() => Promise<void>)[]
}

interface Listening {
  readonly supabase?: PortRequest
  readonly stripe?: PortRequest
  readonly github?: PortRequest
}

function resolveListening({ ports = {}, supabase = true, stripe = true, github = true }: SandboxOptions): Listening {
  const at = (part: keyof typeof defaultPorts): PortRequest => ({
    port: ports[part] ?? defaultPorts[part],
    variable: portVariables[part],
  })
  return {
    ...(supabase && { supabase: at('supabase') }),
    ...(stripe && { stripe: at('stripe') }),
    ...(supabase && github === true && { github: at('github') }),
  }
}

async function startStripe(
  { options, dir, appUrl, keys, stopTasks }: Context,
  { port }: PortRequest,
): Promise<Sandbox['stripe']> {
  const { startStripeStandIn } = await import('@routekey/stripe-stand-in')
  const { stripeSecretKey: secretKey } = keys
  const webhookSecret = options.stripeWebhookSecret ?? keys.stripeWebhookSecret
  const stripe = await startStripeStandIn({
    port,
    path: join(dir, 'stripe.sqlite'),
    secretKey,
    webhooks: options.stripeWebhook === true ? [{ url: `${appUrl}/api/stripe/webhook`, secret: webhookSecret }] : [],
  })
  stopTasks.push(() => stripe.stop())
  return { url: stripe.url, secretKey, webhookSecret }
}

async function startSupabaseAndGithub(
  context: Context,
  listenSupabase: PortRequest,
  listenGithub: PortRequest | undefined,
): Promise<{ supabase: Sandbox['supabase']; github: Sandbox['github'] }> {
  const { options, dir, appUrl, keys, log, stopTasks } = context
  const { databaseUrl, apiRouteSecret, migrationsDirectory = defaultMigrationsDirectory } = options
  const mailDirectory = join(dir, 'mail')
  const server = await listenOnLoopback(listenSupabase)
  stopTasks.push(server.close)
  const github = listenGithub ? await startGithub(context, listenGithub, server.url) : null

  const { startSupabase } = await import('./supabase/supabase.ts')
  const supabase = await startSupabase({
    server,
    databaseDirectory: join(dir, 'postgres'),
    databaseUrl,
    migrationsDirectory,
    seedFile: options.seed === true ? seedFile : undefined,
    publishableKey: keys.supabasePublishableKey,
    secretKey: keys.supabaseSecretKey,
    jwtSecret: keys.supabaseJwtSecret,
    appUrl,
    github: github?.application ?? (typeof options.github === 'object' ? options.github : undefined),
    vaultSecrets:
      apiRouteSecret === undefined
        ? {}
        : { api_route_url: `${appUrl}/api/create-stripe-customer`, api_route_secret: apiRouteSecret },
    mailDirectory,
    log,
  })
  // Ahead of closing the port, which requests that are still being answered may outlive.
  stopTasks.splice(stopTasks.indexOf(server.close), 0, supabase.stop)
  for (const file of supabase.migrations.changed) {
    log(`Migration ${file} has changed since it was applied. Delete ${dir} to start over with the new text.`)
  }
  const { supabasePublishableKey: publishableKey, supabaseSecretKey: secretKey } = keys
  return {
    supabase: { url: server.url, publishableKey, secretKey, mailDirectory },
    github: github && { url: github.url },
  }
}

async function startGithub(
  { keys, stopTasks }: Context,
  listen: PortRequest,
  supabaseUrl: string,
): Promise<{ url: string; application: GithubApplication }> {
  const server = await listenOnLoopback(listen)
  stopTasks.push(server.close)
  const { startGithubStandIn } = await import('./github/start-github-stand-in.ts')
  const { application, stop } = await startGithubStandIn({
    server,
    clientSecret: keys.githubClientSecret,
    redirectUri: `${supabaseUrl}/auth/v1/callback`,
  })
  stopTasks.push(stop)
  return { url: server.url, application }
}
