import type { DatabaseFunctions } from './database-functions.ts'
import { createDatabaseError, isRefusal } from '../errors.ts'

/** The part of a Postgres client that is used: a `pg` pool or client and a PGlite have it. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}

/**
 * Calls the SQL functions on a connection to Postgres.
 *
 * @param client Connected as the service role or as the owner of the functions: nobody else may call them. Its own
 * timeouts apply.
 */
export function createPostgresFunctions(client: PostgresClient): DatabaseFunctions {
  const rows = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    const list = Object.keys(args).map((argument, index) => `${argument} => $${index + 1}`)
    try {
      const result = await client.query(`select * from public.${name}(${list.join(', ')})`, Object.values(args))
      return result.rows
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw createDatabaseError(isRefusal(readCode(cause)) ? 'REFUSED' : 'UNAVAILABLE', name, reason, cause)
    }
  }
  return {
    rows,
    async value(name, args) {
      const [row] = await rows(name, args)
      return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined
    },
  }
}

function readCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
