import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { CliError, type Terminal } from '@routekey/command-line'
import { readEnvFile } from '@routekey/command-line/env-file'
import { z } from 'zod'

type Variables = Readonly<Record<string, string | undefined>>

/** How to reach the database: through the Data API of Supabase, or directly. */
export type DatabaseConnection =
  | { readonly kind: 'supabase'; readonly url: string; readonly secretKey: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** The addresses and keys of the database and of Stripe. `apiBase` is null for Stripe itself. */
export interface Connections {
  readonly database: DatabaseConnection
  readonly stripe: { readonly secretKey: string; readonly apiBase: URL | null }
}

/** Where the variables come from. The environment wins over the file. */
export interface VariableSources {
  readonly processEnv: Variables
  readonly fileValues: Variables
  /** The name of the file, for messages. */
  readonly file: string
}

const defaultEnvFile = '.env.local'

/**
 * Reads the environment and the file beside it.
 *
 * @param envFile default: `.env.local`, which need not exist
 * @throws `CliError` if a file that was asked for does not exist, or the file cannot be read
 */
export function readVariables(envFile: string | undefined, { cwd, env }: Terminal): VariableSources {
  const file = envFile ?? defaultEnvFile
  const text = readEnvFile(resolve(cwd, file), file)
  if (text === null && envFile !== undefined)
    throw new CliError(`${envFile} does not exist. Create it, or leave out --env-file.`, 2)
  return { processEnv: env, fileValues: parseEnv(text ?? ''), file }
}

/**
 * Decides where to connect. Takes all variables of a service from one source, so that a key from the environment is never sent
 * to an address from the file.
 *
 * @throws `CliError` when a variable is missing or malformed. The message has its name, never its value.
 */
export function resolveConnections(sources: VariableSources): Connections {
  const stripe = choose(sources, ['STRIPE_SECRET_KEY', 'STRIPE_API_BASE'])
  const apiBase = stripe.find('STRIPE_API_BASE')
  return {
    database: resolveDatabase(sources),
    stripe: {
      secretKey: requireKey(stripe, 'STRIPE_SECRET_KEY'),
      apiBase: apiBase === undefined ? null : parseAddress('STRIPE_API_BASE', apiBase),
    },
  }
}

/**
 * Decides how to reach Postgres itself, which the Data API does not replace everywhere.
 *
 * @throws `CliError` when `DATABASE_URL` is missing or malformed. The message never has its value.
 */
export function resolveDatabaseUrl(sources: VariableSources): string {
  return parseDatabaseUrl(require(choose(sources, ['DATABASE_URL']), 'DATABASE_URL'))
}

function resolveDatabase(sources: VariableSources): DatabaseConnection {
  const lookup = choose(sources, [...supabaseUrls, 'SUPABASE_SECRET_KEY', 'DATABASE_URL'])
  const databaseUrl = lookup.find('DATABASE_URL')
  const isSupabase = [...supabaseUrls, 'SUPABASE_SECRET_KEY'].some((name) => lookup.find(name) !== undefined)
  if (databaseUrl !== undefined && !isSupabase) return { kind: 'postgres', url: parseDatabaseUrl(databaseUrl) }
  const isSet = (name: string): boolean => lookup.find(name) !== undefined
  const name = supabaseUrls.find(isSet) ?? supabaseUrls.find(lookup.isUnused) ?? supabaseUrls[1]
  return {
    kind: 'supabase',
    url: parseAddress(name, require(lookup, name, ', or DATABASE_URL for a Postgres without Supabase,')).href,
    secretKey: requireKey(lookup, 'SUPABASE_SECRET_KEY'),
  }
}

const supabaseUrls = ['SUPABASE_URL', 'NEXT_PUBLIC_SUPABASE_URL'] as const

/** The variables of a service, all from one source. */
interface Lookup {
  readonly find: (name: string) => string | undefined
  /** Returns whether the file has a variable, which does not count, because the environment has others of the service. */
  readonly isUnused: (name: string) => boolean
  /** Those that the environment has. */
  readonly inEnvironment: readonly string[]
  readonly file: string
}

/** An empty variable counts as not set. */
const find = (source: Variables, name: string): string | undefined => (source[name] === '' ? undefined : source[name])

function choose({ processEnv, fileValues, file }: VariableSources, names: readonly string[]): Lookup {
  const inEnvironment = names.filter((name) => find(processEnv, name) !== undefined)
  const source = inEnvironment.length > 0 ? processEnv : fileValues
  return {
    find: (name) => find(source, name),
    isUnused: (name) => source === processEnv && find(fileValues, name) !== undefined,
    inEnvironment,
    file,
  }
}

function require({ isUnused, inEnvironment, file, ...lookup }: Lookup, name: string, alternative = ''): string {
  const value = lookup.find(name)
  if (value !== undefined) return value
  if (isUnused(name)) {
    const set = inEnvironment.join(' and ')
    throw new CliError(
      `${set} is set in the environment, so ${name} in ${file} does not count: they must come from one place. Set ${name} in the environment too, or unset ${set} there.`,
      2,
    )
  }
  throw new CliError(`${name} is missing. Set it${alternative} in the environment or in ${file}.`, 2)
}

/** Returns a key that fits into a header. The error of a header that does not fit would show the key. */
function requireKey(lookup: Lookup, name: string): string {
  const key = require(lookup, name)
  if (/^[\w.~+/=-]+$/.test(key)) return key
  throw new CliError(`${name} has white space, quotes or other characters that no key has. Set it to the key alone.`, 2)
}

function parseAddress(name: string, text: string): URL {
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(text)
  if (!parsed.success) throw new CliError(`${name} is not a valid http or https URL.`, 2)
  const url = new URL(parsed.data)
  // `fetch` refuses them with an error that shows the URL.
  if (url.username !== '' || url.password !== '')
    throw new CliError(`${name} has a user name or a password, which is not sent. Set it to the URL without them.`, 2)
  return url
}

function parseDatabaseUrl(text: string): string {
  // An error of the driver's parser would show the URL with its password.
  if (/^postgres(?:ql)?:/.test(text) && URL.canParse(text)) return text
  throw new CliError('DATABASE_URL is not a valid URL. Use postgres://user:password@host:5432/database.', 2)
}
