import { StripeCustomersError } from '../errors.ts'
import type { DatabaseFunctions } from './database-functions.ts'
import { isRefusal } from './sqlstate.ts'

/** The part of a Postgres client that the engine uses. A `pg` pool or client and a PGlite have it. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}

/**
 * Creates calls of the SQL functions on a connection to Postgres. The client's own timeouts apply.
 *
 * @param client connected as the service role or as the owner of the functions; no other role may call them
 */
export function createPostgresFunctions(client: PostgresClient): DatabaseFunctions {
  const rows = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    const list = Object.keys(args).map((argument, index) => `${argument} => $${index + 1}`)
    try {
      const result = await client.query(`select * from public.${name}(${list.join(', ')})`, Object.values(args))
      return result.rows
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      if (isRefusal(readCode(cause))) {
        throw new StripeCustomersError(
          'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
          `The database refused public.${name}: ${reason}. Connect as the service role or as the owner of the functions, ` +
            'and apply all migrations.',
          { cause },
        )
      }
      throw new StripeCustomersError(
        'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
        `The database did not respond to public.${name}: ${reason}. No work is lost; try again when it is reachable.`,
        { cause },
      )
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
