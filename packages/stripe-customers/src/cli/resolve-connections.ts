import { CliError } from '@routekey/command-line'
import { z } from 'zod'

type Variables = Readonly<Record<string, string | undefined>>

/** The addresses and keys of the database and of Stripe. `apiBase` is null for Stripe itself. */
export interface Connections {
  readonly supabase: { url: string; secretKey: string }
  readonly stripe: { secretKey: string; apiBase: URL | null }
}

/**
 * Decides where to connect. Takes all variables of a service from one source, so that a key from the environment is never sent
 * to an address from the file.
 *
 * @param input.processEnv The environment. It wins.
 * @param input.fileValues The variables of `apps/web/.env.local`.
 * @throws `CliError` when a variable is missing or malformed. The message has its name, never its value.
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
    throw new CliError(`${name} is missing. Set it in the environment or in apps/web/.env.local.`, 2)
  }
  return value
}

function parseAddress(name: string, text: string): URL {
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(text)
  if (!parsed.success) throw new CliError(`${name} is not a valid http or https URL.`, 2)
  return new URL(parsed.data)
}
