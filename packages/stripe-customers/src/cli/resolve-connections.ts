import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { CliError, type Terminal } from '@routekey/command-line'
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
}

const defaultEnvFile = '.env.local'

/**
 * Reads the environment and the file beside it.
 *
 * @param envFile default: `.env.local`, which need not exist
 * @throws `CliError` if a file that was asked for does not exist
 */
export function readVariables(envFile: string | undefined, { cwd, env }: Terminal): VariableSources {
  const path = resolve(cwd, envFile ?? defaultEnvFile)
  if (existsSync(path)) return { processEnv: env, fileValues: parseEnv(readFileSync(path, 'utf8')) }
  if (envFile === undefined) return { processEnv: env, fileValues: {} }
  throw new CliError(`${envFile} does not exist. Create it, or leave out --env-file.`, 2)
}

/**
 * Decides where to connect. Takes all variables of a service from one source, so that a key from the environment is never sent
 * to an address from the file.
 *
 * @throws `CliError` when a variable is missing or malformed. The message has its name, never its value.
 */
export function resolveConnections(sources: VariableSources): Connections {
  const stripe = choose(sources, ['STRIPE_SECRET_KEY', 'STRIPE_API_BASE'])
  const apiBase = stripe('STRIPE_API_BASE')
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
  const variable = choose(sources, ['NEXT_PUBLIC_SUPABASE_URL', 'SUPABASE_URL', 'SUPABASE_SECRET_KEY', 'DATABASE_URL'])
  const name = variable('SUPABASE_URL') === undefined ? 'NEXT_PUBLIC_SUPABASE_URL' : 'SUPABASE_URL'
  const databaseUrl = variable('DATABASE_URL')
  if (databaseUrl !== undefined && variable(name) === undefined && variable('SUPABASE_SECRET_KEY') === undefined)
    return { kind: 'postgres', url: parseDatabaseUrl(databaseUrl) }
  return {
    kind: 'supabase',
    url: parseAddress(name, require(variable, name, ', or DATABASE_URL for a Postgres without Supabase,')).href,
    secretKey: requireKey(variable, 'SUPABASE_SECRET_KEY'),
  }
}

type Lookup = (name: string) => string | undefined

function choose({ processEnv, fileValues }: VariableSources, names: string[]): Lookup {
  const isSet = (name: string): boolean => (processEnv[name] ?? '') !== ''
  const source = names.some(isSet) ? processEnv : fileValues
  return (name) => (source[name] === '' ? undefined : source[name])
}

function require(lookup: Lookup, name: string, alternative = ''): string {
  const value = lookup(name)
  if (value === undefined)
    throw new CliError(`${name} is missing. Set it${alternative} in the environment or in ${defaultEnvFile}.`, 2)
  return value
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
  return new URL(parsed.data)
}

function parseDatabaseUrl(text: string): string {
  // An error of the driver's parser would show the URL with its password.
  if (/^postgres(?:ql)?:/.test(text) && URL.canParse(text)) return text
  throw new CliError('DATABASE_URL is not a valid URL. Use postgres://user:password@host:5432/database.', 2)
}
