import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import type { KeyRecord } from '../../keyring/model/key-record.ts'
import type { KeyStore } from '../../keyring/model/key-store.ts'
import { type Keyring, createKeyring } from '../../keyring/create-keyring.ts'
import { createPostgresStore } from '../../stores/postgres.ts'
import { createSupabaseStore } from '../../stores/supabase.ts'
import { type Terminal, defaultEnvFile } from '../command.ts'
import { parseAssignments } from '../env-file/env-text.ts'
import { Refusal } from '../cli-error.ts'

/** The options that every action takes. */
export interface ConnectionOptions {
  readonly 'env-file'?: string | undefined
  readonly 'pepper-variable'?: string | undefined
}

/** A store of keys that is open, and how a keyring for it is made. */
export interface OpenStore {
  readonly store: KeyStore
  createKeyring(prefix: string): Keyring
  close(): Promise<void>
}

type Variables = (name: string) => string | undefined

function readVariables(envFile: string | undefined, { cwd, env }: Terminal): Variables {
  const path = resolve(cwd, envFile ?? defaultEnvFile)
  if (envFile !== undefined && !existsSync(path)) throw new Refusal(`there is no file ${envFile}`)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const fromFile = new Map(parseAssignments(text).map(({ name, value }) => [name, value]))
  return (name) => (env[name] ?? fromFile.get(name)) || undefined
}

/** Loads a package that is the application's own, if it has it. */
async function load<Module>(name: string, imported: () => Promise<Module>): Promise<Module> {
  try {
    return await imported()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Refusal(`the package ${name} is needed: npm install ${name}`)
    }
    throw error
  }
}

async function connect(variable: Variables): Promise<Pick<OpenStore, 'store' | 'close'>> {
  const databaseUrl = variable('DATABASE_URL')
  if (databaseUrl !== undefined) {
    // An error of the parser would show the address, and the password in it.
    if (!URL.canParse(databaseUrl)) throw new Refusal('DATABASE_URL is no address')
    const { Pool } = await load('pg', () => import('pg'))
    const pool = new Pool({ connectionString: databaseUrl, max: 1 })
    // Without a listener, a connection that breaks while it is idle or closing would end the process, and print the password with
    // it. A statement that is under way fails by itself.
    pool.on('error', () => {})
    return { store: createPostgresStore({ client: pool }), close: () => pool.end() }
  }
  const url = variable('SUPABASE_URL') ?? variable('NEXT_PUBLIC_SUPABASE_URL')
  const secretKey = variable('SUPABASE_SECRET_KEY')
  if (url !== undefined && secretKey !== undefined) {
    if (!/^https?:/i.test(url) || !URL.canParse(url)) throw new Refusal("Supabase's URL is no http or https address")
    const { createClient } = await load('@supabase/supabase-js', () => import('@supabase/supabase-js'))
    const client = createClient(url, secretKey, { auth: { persistSession: false, autoRefreshToken: false } })
    return { store: createSupabaseStore({ client }), close: async () => {} }
  }
  throw new Refusal('where are the keys? Set DATABASE_URL, or NEXT_PUBLIC_SUPABASE_URL and SUPABASE_SECRET_KEY')
}

/** Opens the store that the environment, or the environment file behind it, names. */
export async function openStore(options: ConnectionOptions, terminal: Terminal): Promise<OpenStore> {
  const variable = readVariables(options['env-file'], terminal)
  const pepperVariable = options['pepper-variable']
  const pepper = pepperVariable === undefined ? {} : { pepper: variable(pepperVariable) ?? '' }
  const { store, close } = await connect(variable)
  return {
    store,
    close,
    createKeyring: (prefix) => createKeyring({ store, prefix, usage: false, timeoutMs: 10_000, ...pepper }),
  }
}

/** The prefix of a key, from the part of it that is stored: what follows the last underscore is random. */
export const prefixOf = ({ start }: KeyRecord) => start.slice(0, start.lastIndexOf('_'))
