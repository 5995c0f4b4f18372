import { CliError, importPackage, type Terminal } from '@routekey/command-line'

import { createKeyring } from '../../../keyring/create-keyring.ts'
import type { Keyring } from '../../../keyring/keyring.ts'
import type { TooManyKeys } from '../../../keyring/manage/key-management.ts'
import type { KeyRecord } from '../../../keyring/model/key-record.ts'
import type { KeyStore } from '../../../keyring/model/key-store.ts'
import { createPostgresStore } from '../../../stores/postgres.ts'
import { createSupabaseStore } from '../../../stores/supabase.ts'
import { envFileNames, loadEnv } from '../../env/load-env.ts'
import { readEnvFile } from '../../env/read-env-file.ts'

export interface ConnectionOptions {
  readonly envFile?: string | undefined
  readonly pepperVariable?: string | undefined
  readonly schema: string
}

export interface OpenStore {
  readonly createKeyring: (prefix: string, maximumKeysPerOwner?: number) => Keyring<string, TooManyKeys>
}

type ReadVariable = (name: string) => string | undefined

/** Reads variables as Next.js does in development, or from one named file. */
function variablesOf(envFile: string | undefined, terminal: Terminal): ReadVariable {
  const names = envFile === undefined ? envFileNames('development') : [envFile]
  const files = names.map((name) => readEnvFile(name, terminal)).filter((file) => file !== null)
  if (envFile !== undefined && files.length === 0) {
    throw new CliError(`${envFile} does not exist. Create it, or leave out --env-file.`, 2)
  }
  const variables = loadEnv(files, terminal.env)
  return (name) => variables.get(name)?.value || undefined
}

interface Connection {
  readonly store: KeyStore
  readonly close: () => Promise<void>
}

async function connect(variable: ReadVariable, schema: string): Promise<Connection> {
  const databaseUrl = variable('DATABASE_URL')
  if (databaseUrl !== undefined) {
    // An error of the driver's parser would show the URL with its password.
    if (!URL.canParse(databaseUrl)) {
      throw new CliError('DATABASE_URL is not a valid URL. Use postgres://user:password@host:5432/database.', 2)
    }
    const { Pool } = await importPackage('pg', () => import('pg'))
    const pool = new Pool({ connectionString: databaseUrl, max: 1 })
    // Without a listener, a connection that breaks while it is idle or closing would end the process and print the password. A
    // running statement fails by itself.
    pool.on('error', () => {})
    return { store: createPostgresStore({ client: pool, schema }), close: () => pool.end() }
  }
  const url = variable('SUPABASE_URL') ?? variable('NEXT_PUBLIC_SUPABASE_URL')
  const secretKey = variable('SUPABASE_SECRET_KEY')
  if (url !== undefined && secretKey !== undefined) {
    if (!/^https?:/i.test(url) || !URL.canParse(url)) {
      throw new CliError(
        'The Supabase URL must be a valid http or https URL, such as https://<project>.supabase.co.',
        2,
      )
    }
    const { username, password } = new URL(url)
    // `fetch` refuses them with an error that shows the URL.
    if (username !== '' || password !== '')
      throw new CliError('The Supabase URL has a user name or a password. Set it to the URL without them.', 2)
    const { createClient } = await importPackage('@supabase/supabase-js', () => import('@supabase/supabase-js'))
    const client = createClient(url, secretKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      db: { schema },
    })
    return { store: createSupabaseStore({ client }), close: async () => {} }
  }
  throw new CliError(
    'No database is configured. Set DATABASE_URL, or NEXT_PUBLIC_SUPABASE_URL and SUPABASE_SECRET_KEY, in the environment or in .env.local.',
    2,
  )
}

/** Opens the store that the environment or the environment file names, for as long as `use` runs. */
export async function withStore(
  options: ConnectionOptions,
  terminal: Terminal,
  use: (open: OpenStore) => Promise<void>,
): Promise<void> {
  const variable = variablesOf(options.envFile, terminal)
  const { pepperVariable } = options
  const pepper = pepperVariable === undefined ? {} : { pepper: variable(pepperVariable) ?? '' }
  const { store, close } = await connect(variable, options.schema)
  try {
    await use({
      createKeyring: (prefix, maximumKeysPerOwner = Infinity) =>
        createKeyring({ store, prefix, maximumKeysPerOwner, usage: false, timeoutMs: 10_000, ...pepper }),
    })
  } finally {
    await close()
  }
}

/** Reads the prefix from the stored start of a key: the random part follows the last underscore. */
export const prefixOf = ({ start }: KeyRecord): string => start.slice(0, start.lastIndexOf('_'))
