import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startSweepTimer } from './cron/start-sweep-timer.ts'
import type { GithubApplication } from './github/github-application.ts'
import { listenOnLoopback } from './host/listen-on-loopback.ts'
import { lockDirectory } from './host/lock-directory.ts'
import { checkPortsAreFree, type PortRequest } from './host/ports.ts'
import { ensureSandboxKeys, type SandboxKeys } from './host/sandbox-keys.ts'
import { resolvePartPorts, type Sandbox, type SandboxOptions } from './sandbox-options.ts'
import { migrationsDirectory, seedFile } from './supabase/database/repository-files.ts'
import type { EmbeddedSupabase } from './supabase/start-supabase.ts'

/**
 * Starts the embedded stack in this process, on loopback only: Supabase with the migrations applied, the worker of pg_net,
 * Vault, GitHub, Stripe, and the timer that calls the sweep route. It reads no environment variable.
 *
 * @throws `ERR_SANDBOX_PORT_IN_USE` before anything is started
 * @throws `ERR_SANDBOX_DIRECTORY_IN_USE` when another sandbox uses the data directory
 * @throws `ERR_SANDBOX_DATABASE`, `ERR_SANDBOX_MIGRATION` or `ERR_SANDBOX_SEED` when the database cannot be prepared
 * @example
 * import { startSandbox } from '@routekey/sandbox'
 *
 * const sandbox = await startSandbox({ dir: temporaryDirectory, ports: { supabase: 0, stripe: 0, github: 0 } })
 * const supabase = createClient(sandbox.supabase.url, sandbox.supabase.publishableKey)
 * await sandbox.stop()
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { appUrl = 'http://localhost:3000', cronSecret, sweepIntervalMs = 15_000, log = () => {} } = options
  const dir = resolve(options.dir ?? '.sandbox')
  const ports = resolvePartPorts(options)
  await checkPortsAreFree(Object.values(ports))

  const stopTasks = createStopTasks()
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    stopTasks.add(await lockDirectory(dir))
    const keys = await ensureSandboxKeys(dir)
    const context: Context = { options, dir, appUrl, keys, log, onStop: stopTasks.add }
    const stripe = ports.stripe === undefined ? null : await startStripe(context, ports.stripe)
    const { supabase, github } =
      ports.supabase === undefined
        ? { supabase: null, github: null }
        : await startSupabaseAndGithub(context, ports.supabase, ports.github)
    if (cronSecret !== undefined) {
      const url = `${appUrl}/api/sync-stripe-customers`
      stopTasks.add(startSweepTimer({ url, secret: cronSecret, intervalMs: sweepIntervalMs, log }).stop)
    }
    return { supabase, stripe, github, stop: stopTasks.run }
  } catch (error) {
    await stopTasks.run()
    throw error
  }
}

interface Context {
  readonly options: SandboxOptions
  readonly dir: string
  readonly appUrl: string
  readonly keys: SandboxKeys
  readonly log: (line: string) => void
  readonly onStop: (task: () => Promise<void>) => void
}

/** Runs tasks once, the one that was added last first. */
function createStopTasks() {
  const tasks: (() => Promise<void>)[] = []
  const runAll = async (): Promise<void> => {
    for (const task of tasks.toReversed()) await task()
  }
  let running: Promise<void> | undefined
  return {
    add: (task: () => Promise<void>): void => void tasks.push(task),
    run: (): Promise<void> => (running ??= runAll()),
  }
}

async function startStripe(
  { options, dir, appUrl, keys, onStop }: Context,
  { port }: PortRequest,
): Promise<Sandbox['stripe']> {
  const { startStripeStandIn } = await import('@routekey/stripe-stand-in')
  const { stripeSecretKey: secretKey } = keys
  const webhookSecret = options.stripeWebhookSecret ?? keys.stripeWebhookSecret
  const standIn = await startStripeStandIn({
    port,
    path: join(dir, 'stripe.sqlite'),
    secretKey,
    webhooks: options.stripeWebhook === true ? [{ url: `${appUrl}/api/stripe/webhook`, secret: webhookSecret }] : [],
  })
  onStop(() => standIn.stop())
  return { url: standIn.url, secretKey, webhookSecret }
}

async function startSupabaseAndGithub(
  context: Context,
  supabasePort: PortRequest,
  githubPort: PortRequest | undefined,
): Promise<Pick<Sandbox, 'supabase' | 'github'>> {
  const { options, dir, appUrl, keys, log, onStop } = context
  const { supabasePublishableKey: publishableKey, supabaseSecretKey: secretKey } = keys
  const mailDirectory = join(dir, 'mail')
  const server = await listenOnLoopback(supabasePort)
  let supabase: EmbeddedSupabase | undefined
  // The port closes first, because requests that are being answered use the database.
  onStop(async () => supabase?.stop())
  onStop(server.close)
  const github = githubPort === undefined ? null : await startGithub(context, githubPort, server.url)

  const { startSupabase } = await import('./supabase/start-supabase.ts')
  supabase = await startSupabase({
    server,
    databaseDirectory: join(dir, 'postgres'),
    databaseUrl: options.databaseUrl,
    migrationsDirectory: options.migrationsDirectory ?? migrationsDirectory,
    seedFile: options.seed === true ? seedFile : undefined,
    publishableKey,
    secretKey,
    jwtSecret: keys.supabaseJwtSecret,
    appUrl,
    github: github ?? (typeof options.github === 'object' ? options.github : undefined),
    vaultSecrets:
      options.apiRouteSecret === undefined
        ? {}
        : { api_route_url: `${appUrl}/api/create-stripe-customer`, api_route_secret: options.apiRouteSecret },
    mailDirectory,
    log,
  })
  for (const file of supabase.migrations.changed) {
    log(`Migration ${file} has changed since it was applied. To apply the new text, delete ${dir} and start again.`)
  }
  return {
    supabase: { url: server.url, publishableKey, secretKey, mailDirectory },
    github: github && { url: github.url },
  }
}

async function startGithub(
  { keys, onStop }: Context,
  port: PortRequest,
  supabaseUrl: string,
): Promise<Required<GithubApplication>> {
  const server = await listenOnLoopback(port)
  onStop(server.close)
  const { startGithubStandIn } = await import('./github/start-github-stand-in.ts')
  const { application, stop } = await startGithubStandIn({
    server,
    clientSecret: keys.githubClientSecret,
    redirectUri: `${supabaseUrl}/auth/v1/callback`,
  })
  onStop(stop)
  return application
}
