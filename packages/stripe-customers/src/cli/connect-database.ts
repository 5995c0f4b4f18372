import { importPackage } from '@routekey/command-line'
import type { Pool } from 'pg'

import type { StripeCustomersOptions } from '../create-stripe-customers.ts'
import type { DatabaseFunctions } from '../store/database-functions.ts'
import { createPostgresFunctions } from '../store/postgres-functions.ts'
import { createSupabaseFunctions } from '../store/supabase-functions.ts'
import { createDataApiClient } from './data-api-client.ts'
import type { DatabaseConnection } from './resolve-connections.ts'

/** The database of a command. */
export interface Database {
  /** Of the engine. */
  readonly options: Omit<Extract<StripeCustomersOptions, { supabase: unknown }>, 'stripe'> | PostgresOptions
  readonly functions: DatabaseFunctions
  readonly close: () => Promise<void>
}

type PostgresOptions = Omit<Extract<StripeCustomersOptions, { postgres: unknown }>, 'stripe'>

/**
 * Connects to the database.
 *
 * @throws `CliError` if it is a Postgres, and `pg` is not installed
 */
export async function connectDatabase(connection: DatabaseConnection): Promise<Database> {
  if (connection.kind === 'postgres') {
    const { pool, close } = await openPool(connection.url)
    return { options: { postgres: pool }, functions: createPostgresFunctions(pool), close }
  }
  const supabase = createDataApiClient(connection.url, connection.secretKey)
  return { options: { supabase }, functions: createSupabaseFunctions(supabase), close: async () => {} }
}

/**
 * Opens a pool of connections to Postgres.
 *
 * @throws `CliError` if `pg` is not installed
 */
export async function openPool(
  url: string,
): Promise<{ pool: Pick<Pool, 'query' | 'connect'>; close: () => Promise<void> }> {
  const { Pool } = await importPackage('pg', () => import('pg'))
  const pool = new Pool({ connectionString: url })
  // Without a listener, a connection that breaks while it is idle or closing would end the process and print the password. A
  // running statement fails by itself.
  pool.on('error', () => {})
  return { pool, close: () => pool.end() }
}
