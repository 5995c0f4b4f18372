import { z } from 'zod'
import { UsageError } from './parse-arguments.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Where the database and Stripe are, and the keys. `apiBase`: null for Stripe itself. */
export interface Connections {
  readonly supabase: { url: string; secretKey: string }
  readonly stripe: { secretKey: string; apiBase: URL | null }
}

/**
 * Decides where to connect. Pure. Each service comes as a whole from one source: a key out of the environment is never
 * sent to an address out of the file.
 *
 * @param input.processEnv Wins.
 * @param input.fileValues The variables of `apps/web/.env.local`.
 * @throws UsageError naming the variables that are missing or malformed, never their values.
 */
export function resolveConnections(input: { processEnv: Variables; fileValues: Variables }): Connections {
  const supabase = choose(input, ['NEXT_PUBLIC_SUPABASE_URL', 'SUPABASE_SECRET_KEY'])
  const stripe = choose(input, ['STRIPE_SECRET_KEY', 'STRIPE_API_BASE'])
  const apiBase = stripe('STRIPE_API_BASE')
  return {
    supabase: {
      url: parseAddress('NEXT_PUBLIC_SUPABASE_URL', require(supabase, 'NEXT_PUBLIC_SUPABASE_URL')).href,
      secretKey: require(supabase, 'SUPABASE_SECRET_KEY'),
    },
    stripe: {
      secretKey: require(stripe, 'STRIPE_SECRET_KEY'),
      apiBase: apiBase === undefined ? null : parseAddress('STRIPE_API_BASE', apiBase),
    },
  }
}

type Lookup = (name: string) => string | undefined

function choose({ processEnv, fileValues }: Parameters<typeof resolveConnections>[0], names: string[]): Lookup {
  const isSet = (name: string): boolean => (processEnv[name] ?? '') !== ''
  const source = names.some(isSet) ? processEnv : fileValues
  return (name) => (source[name] === '' ? undefined : source[name])
}

function require(lookup: Lookup, name: string): string {
  const value = lookup(name)
  if (value === undefined) {
    throw new UsageError(`${name} is not set. Set it in the environment or in apps/web/.env.local.`)
  }
  return value
}

function parseAddress(name: string, text: string): URL {
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(text)
  if (!parsed.success) throw new UsageError(`${name} must be an http or https address.`)
  return new URL(parsed.data)
}
