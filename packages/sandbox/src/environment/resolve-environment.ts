import { generateSecret as generateSecretByDefault, sandboxMarker } from '../host/keys.ts'
import { EnvironmentError } from '../errors.ts'
import type { GithubApplication } from '../supabase/supabase.ts'
import { defaultPorts, portVariables, type Sandbox, type SandboxOptions } from '../start-sandbox.ts'
import type { EnvFileChanges } from './env-file.ts'

/** Environment variables by name. An empty one counts as not set. */
export type Variables = Readonly<Record<string, string | undefined>>

/** What {@link resolveSandboxEnvironment} decided. */
export interface SandboxEnvironment {
  /** For `startSandbox`. */
  readonly options: SandboxOptions
  /** Variables of the application that are settled whatever the sandbox starts; empty ones must count as not set. */
  readonly settled: Record<string, string>
  /** Secrets created now, which the file is to keep. */
  readonly generated: Record<string, string>
}

/**
 * Decides from the environment which parts of the sandbox to start and with what.
 *
 * What the process environment sets wins, and the part that it replaces is not started. So does what the file sets, unless
 * it is a sandbox's own, which its keys show: then that part is started, and its values follow the present ports.
 *
 * @param input.processEnv The environment of the process.
 * @param input.fileValues The variables of the application's `.env.local`.
 * @throws {EnvironmentError} `ERR_SANDBOX_ENVIRONMENT`, naming the variable that is missing, malformed or does not fit.
 */
export function resolveSandboxEnvironment(input: {
  processEnv: Variables
  fileValues: Variables
  generateSecret?: () => string
}): SandboxEnvironment {
  const { generateSecret = generateSecretByDefault } = input
  const sources: Sources = { process: withoutEmpty(input.processEnv), file: withoutEmpty(input.fileValues) }
  const ports = resolvePorts(sources)
  const supabase = resolveSupabase(sources)
  const stripe = resolveStripe(sources, ports.stripe)
  const github = resolveGithub(sources)
  const webhookSecret = find(sources, 'STRIPE_WEBHOOK_SECRET')
  const databaseUrl = find(sources, 'DATABASE_URL')
  const dir = find(sources, 'SANDBOX_DIR')

  const generated: Record<string, string> = {}
  const secret = (name: string): string => find(sources, name) ?? (generated[name] ??= generateSecret())
  const apiRouteSecret = secret('API_ROUTE_SECRET')
  const cronSecret = secret('CRON_SECRET')
  const previousSecret = find(sources, 'API_ROUTE_SECRET_PREVIOUS')

  return {
    options: {
      ...(dir !== undefined && { dir }),
      ports,
      // Without the port where it is http's own, as a browser writes the origin.
      appUrl: new URL(`http://localhost:${parsePort(sources, 'PORT', 3000, 1)}`).origin,
      apiRouteSecret,
      cronSecret,
      supabase: supabase === null,
      stripe: stripe === null,
      ...(stripe === null && isForeign(webhookSecret) && { stripeWebhookSecret: webhookSecret }),
      github: supabase === null ? (github ?? true) : false,
      ...(databaseUrl !== undefined && { databaseUrl }),
    },
    settled: {
      API_ROUTE_SECRET: apiRouteSecret,
      API_ROUTE_SECRET_PREVIOUS: previousSecret ?? '',
      CRON_SECRET: cronSecret,
      ...supabase,
      ...(stripe && { ...stripe, STRIPE_WEBHOOK_SECRET: isForeign(webhookSecret) ? webhookSecret : '' }),
    },
    generated,
  }
}

/** Gives the application its whole environment, as far as this project defines it; empty variables count as not set. */
export function applicationEnvironment(environment: SandboxEnvironment, sandbox: Sandbox): Record<string, string> {
  return { ...environment.settled, ...sandboxValues(sandbox) }
}

/** Gives what the application's `.env.local` lacks: the secrets created, and the sandbox's own values. */
export function envFileChanges(environment: SandboxEnvironment, sandbox: Sandbox): EnvFileChanges {
  const { STRIPE_WEBHOOK_SECRET: webhookSecret, ...values } = sandboxValues(sandbox)
  const isWebhookSecretOwn = webhookSecret !== undefined && isOwn(webhookSecret)
  return {
    add: environment.generated,
    refresh: { ...values, ...(isWebhookSecretOwn && { STRIPE_WEBHOOK_SECRET: webhookSecret }) },
  }
}

function sandboxValues({ supabase, stripe }: Sandbox): Record<string, string> {
  return {
    ...(supabase && {
      NEXT_PUBLIC_SUPABASE_URL: supabase.url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
      SUPABASE_SECRET_KEY: supabase.secretKey,
    }),
    ...(stripe && {
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    }),
  }
}

interface Sources {
  readonly process: Variables
  readonly file: Variables
}

const supabaseVariables = [
  'SUPABASE_SECRET_KEY',
  'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY',
  'NEXT_PUBLIC_SUPABASE_URL',
] as const

/** Returns the values of a configured Supabase, or null where the sandbox's is to be started. */
function resolveSupabase({ process, file }: Sources): Record<string, string> | null {
  const [secretKey, publishableKey, url] = supabaseVariables
  const isConfiguredByProcess = supabaseVariables.some((name) => process[name] !== undefined)
  const isFileOwn = isOwn(file[secretKey]) || (file[secretKey] === undefined && isOwn(file[publishableKey]))
  if (!isConfiguredByProcess) {
    if (supabaseVariables.every((name) => file[name] === undefined)) return null
    if (isFileOwn) {
      if (isForeign(file[publishableKey])) throw mismatch(secretKey, publishableKey)
      if (isElsewhere(file[url])) throw mismatch(secretKey, url)
      return null
    }
    if (isOwn(file[publishableKey])) throw mismatch(publishableKey, secretKey)
  }
  return requireAll(supabaseVariables, isFileOwn ? process : { ...file, ...process })
}

/** Returns the values of a configured Stripe, or null where the sandbox's is to be started. */
function resolveStripe({ process, file }: Sources, sandboxPort: number): Record<string, string> | null {
  const secretKey = 'STRIPE_SECRET_KEY'
  const apiBase = 'STRIPE_API_BASE'
  const isConfiguredByProcess = process[secretKey] !== undefined || process[apiBase] !== undefined
  if (!isConfiguredByProcess) {
    if (file[secretKey] === undefined && file[apiBase] === undefined) return null
    if (isOwn(file[secretKey])) {
      if (isElsewhere(file[apiBase])) throw mismatch(secretKey, apiBase)
      return null
    }
    if (file[secretKey] !== undefined && file[apiBase] === `http://127.0.0.1:${sandboxPort}`) {
      throw new EnvironmentError(
        apiBase,
        `${apiBase} is still the address of the sandbox, but ${secretKey} is not its key. Remove ${apiBase} to use Stripe.`,
      )
    }
  }
  const values = isOwn(file[secretKey]) ? process : { ...file, ...process }
  const group = [secretKey, apiBase]
  return {
    [secretKey]: requireVariable(secretKey, group, values),
    // A sandbox's key is of use at that sandbox only.
    [apiBase]: isOwn(values[secretKey]) ? requireVariable(apiBase, group, values) : (values[apiBase] ?? ''),
  }
}

function resolveGithub({ process, file }: Sources): GithubApplication | null {
  const values = { ...file, ...process }
  const group = ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET']
  if (group.every((name) => values[name] === undefined)) return null
  return {
    clientId: requireVariable('GITHUB_CLIENT_ID', group, values),
    clientSecret: requireVariable('GITHUB_CLIENT_SECRET', group, values),
  }
}

function resolvePorts(sources: Sources): Required<NonNullable<SandboxOptions['ports']>> {
  return {
    supabase: parsePort(sources, portVariables.supabase, defaultPorts.supabase),
    stripe: parsePort(sources, portVariables.stripe, defaultPorts.stripe),
    github: parsePort(sources, portVariables.github, defaultPorts.github),
  }
}

function parsePort(sources: Sources, name: string, defaultPort: number, lowest = 0): number {
  const text = find(sources, name)
  if (text === undefined) return defaultPort
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= lowest && port <= 65_535) return port
  throw new EnvironmentError(name, `${name} must be a port number from ${lowest} to 65535, but it is "${text}".`)
}

function requireAll(names: readonly string[], values: Variables): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, requireVariable(name, names, values)]))
}

/** Reads a variable of a group that must be set together. */
function requireVariable(name: string, group: readonly string[], values: Variables): string {
  const value = values[name]
  if (value !== undefined) return value
  const present = group.filter((other) => values[other] !== undefined)
  throw new EnvironmentError(
    name,
    `${name} is missing, for ${present.join(' and ')} is set. Set ${name} too, or remove ${present.join(' and ')} to use the sandbox.`,
  )
}

function mismatch(ownVariable: string, foreignVariable: string): EnvironmentError {
  return new EnvironmentError(
    ownVariable,
    `${ownVariable} belongs to the sandbox, but ${foreignVariable} does not. Set ${ownVariable} of the same service, or remove ${foreignVariable}.`,
  )
}

function find({ process, file }: Sources, name: string): string | undefined {
  return process[name] ?? file[name]
}

function isOwn(key: string | undefined): boolean {
  return key?.includes(sandboxMarker) === true
}

function isForeign(key: string | undefined): key is string {
  return key !== undefined && !isOwn(key)
}

/** Tells whether an address is of another machine. The sandbox's port may have changed since it was written. */
function isElsewhere(url: string | undefined): boolean {
  return url !== undefined && !/^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/?$/.test(url)
}

function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
}
