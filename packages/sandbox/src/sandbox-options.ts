import type { GithubApplication } from './github/github-application.ts'
import type { PortRequest } from './host/ports.ts'

/** Options of `startSandbox`. */
export interface SandboxOptions {
  /** Data directory, created with mode 700. Default: `.sandbox` in the working directory. */
  readonly dir?: string
  /** Ports on 127.0.0.1, 0 for any free port. Default: Supabase 54321, Stripe 12111, GitHub 4001. */
  readonly ports?: { supabase?: number; stripe?: number; github?: number }
  /** Address of the application. Default: `http://localhost:3000`. */
  readonly appUrl?: string
  /** Saved in Vault for the calls of `/api/create-stripe-customer`. Default: Vault does not change. */
  readonly apiRouteSecret?: string
  /** With this key, the sandbox calls `/api/sync-stripe-customers` at an interval. Default: it does not. */
  readonly cronSecret?: string
  /** Milliseconds between two calls of `/api/sync-stripe-customers`. Default: 15,000. */
  readonly sweepIntervalMs?: number
  /** False starts neither Supabase nor GitHub, because another Supabase is configured. Default: true. */
  readonly supabase?: boolean
  /** False does not start Stripe, because another Stripe is configured. Default: true. */
  readonly stripe?: boolean
  /** Signs the events of the Stripe stand-in. Default: a secret of the data directory. */
  readonly stripeWebhookSecret?: string
  /** True sends Stripe's events to `/api/stripe/webhook` of the application. Default: false. */
  readonly stripeWebhook?: boolean
  /** False for no sign-in with GitHub, or an application that is registered at GitHub. Default: the stand-in. */
  readonly github?: boolean | GithubApplication
  /** A Postgres to use instead of PGlite, with a superuser. */
  readonly databaseUrl?: string
  /** Default: the repository's `supabase/migrations`. */
  readonly migrationsDirectory?: string
  /** True runs the repository's `supabase/seed.sql` once, after the migrations. Default: false. */
  readonly seed?: boolean
  /** Receives messages for the person at the terminal, line by line, without secrets. Default: they are dropped. */
  readonly log?: (line: string) => void
}

/** A running sandbox. A part that was not started is null. */
export interface Sandbox {
  readonly supabase: {
    url: string
    publishableKey: string
    secretKey: string
    /** Every e-mail becomes a file in this directory. The page `/mail` at `url` shows them. */
    mailDirectory: string
  } | null
  readonly stripe: { url: string; secretKey: string; webhookSecret: string } | null
  readonly github: { url: string } | null
  /** Stops every part, and frees the ports and the directory. A second call waits for the first. */
  readonly stop: () => Promise<void>
}

/** The default ports of the parts. */
export const defaultPorts = { supabase: 54_321, stripe: 12_111, github: 4001 } as const

/** The environment variables that change the ports. */
export const portVariables = {
  supabase: 'SANDBOX_SUPABASE_PORT',
  stripe: 'SANDBOX_STRIPE_PORT',
  github: 'SANDBOX_GITHUB_PORT',
} as const

/** The ports of the parts to start. A part that is not started has no port. */
export interface PartPorts {
  readonly supabase?: PortRequest
  readonly stripe?: PortRequest
  readonly github?: PortRequest
}

/** Resolves which parts to start, and on which port. */
export function resolvePartPorts(options: SandboxOptions): PartPorts {
  const { ports = {}, supabase = true, stripe = true, github = true } = options
  const portOf = (part: keyof typeof defaultPorts): PortRequest => ({
    port: ports[part] ?? defaultPorts[part],
    variable: portVariables[part],
  })
  return {
    ...(supabase && { supabase: portOf('supabase') }),
    ...(stripe && { stripe: portOf('stripe') }),
    ...(supabase && github === true && { github: portOf('github') }),
  }
}
