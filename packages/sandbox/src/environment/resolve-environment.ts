import { generateSecret as generateRandomSecret } from '../host/sandbox-keys.ts'
import { defaultPorts, portVariables, type SandboxOptions } from '../sandbox-options.ts'
import { resolveGithub, resolveStripe, resolveSupabase } from './resolve-services.ts'
import { environmentError, findVariable, isRealKey, withoutEmpty, type Sources, type Variables } from './variables.ts'

/** What to start, and the variables that do not depend on it. */
export interface SandboxEnvironment {
  /** Options for `startSandbox`. */
  readonly options: SandboxOptions & { readonly appUrl: string }
  /** The application's variables that the sandbox does not provide. An empty one counts as not set. */
  readonly settled: Record<string, string>
  /** Secrets that were generated now and belong in the file. */
  readonly generated: Record<string, string>
}

/**
 * Resolves from the environment which parts of the sandbox to start, and with which options.
 *
 * A part is not started if the process environment or the file configures a real service in its place; the process wins.
 * Values in the file that come from a sandbox, which its keys show, do not count: they follow the present ports.
 *
 * @param input.fileValues the variables of the application's `.env.local`
 * @throws `ERR_SANDBOX_ENVIRONMENT` when a variable is missing, malformed or belongs to another service
 */
export function resolveSandboxEnvironment(input: {
  processEnv: Variables
  fileValues: Variables
  generateSecret?: () => string
}): SandboxEnvironment {
  const { generateSecret = generateRandomSecret } = input
  const sources: Sources = { process: withoutEmpty(input.processEnv), file: withoutEmpty(input.fileValues) }
  const ports = {
    supabase: parsePort(sources, portVariables.supabase, defaultPorts.supabase),
    stripe: parsePort(sources, portVariables.stripe, defaultPorts.stripe),
    github: parsePort(sources, portVariables.github, defaultPorts.github),
  }
  const supabase = resolveSupabase(sources)
  const stripe = resolveStripe(sources, ports.stripe)
  const github = resolveGithub(sources)
  const webhookSecret = findVariable(sources, 'STRIPE_WEBHOOK_SECRET')
  const databaseUrl = parseDatabaseUrl(findVariable(sources, 'DATABASE_URL'))
  const dir = findVariable(sources, 'SANDBOX_DIR')

  const generated: Record<string, string> = {}
  const secretOf = (name: string): string => findVariable(sources, name) ?? (generated[name] ??= generateSecret())
  const apiRouteSecret = secretOf('API_ROUTE_SECRET')
  const cronSecret = secretOf('CRON_SECRET')

  return {
    options: {
      ...(dir !== undefined && { dir }),
      ports,
      // Leaves out port 80, as the origin in a browser does.
      appUrl: new URL(`http://localhost:${parsePort(sources, 'PORT', 3000, 1)}`).origin,
      apiRouteSecret,
      cronSecret,
      supabase: supabase === null,
      stripe: stripe === null,
      ...(stripe === null && isRealKey(webhookSecret) && { stripeWebhookSecret: webhookSecret }),
      github: supabase === null ? (github ?? true) : false,
      ...(databaseUrl !== undefined && { databaseUrl }),
    },
    settled: {
      API_ROUTE_SECRET: apiRouteSecret,
      API_ROUTE_SECRET_PREVIOUS: findVariable(sources, 'API_ROUTE_SECRET_PREVIOUS') ?? '',
      CRON_SECRET: cronSecret,
      ...supabase,
      ...(stripe && { ...stripe, STRIPE_WEBHOOK_SECRET: isRealKey(webhookSecret) ? webhookSecret : '' }),
    },
    generated,
  }
}

function parseDatabaseUrl(text: string | undefined): string | undefined {
  if (text === undefined || (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text))) return text
  // It can contain a password, so the message does not.
  throw environmentError(
    'DATABASE_URL must be the address of a Postgres, such as postgres://user:password@localhost:5432/database. Change it, or ' +
      'unset it to use PGlite.',
  )
}

function parsePort(sources: Sources, name: string, defaultPort: number, lowest = 0): number {
  const text = findVariable(sources, name)
  if (text === undefined) return defaultPort
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= lowest && port <= 65_535) return port
  throw environmentError(
    `${name} must be a port number from ${lowest} to 65535, but it is "${text}". Change it, or unset it to use ${defaultPort}.`,
  )
}
