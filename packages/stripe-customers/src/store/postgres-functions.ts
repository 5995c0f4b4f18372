import { StripeCustomersError } from '../errors.ts'
import type { DatabaseFunctions } from './database-functions.ts'
import { isRefusal } from './sqlstate.ts'

/** The part of a Postgres client that the engine uses. A `pg` pool and a PGlite have it, and other clients with a line of code. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}

/**
 * Creates calls of the SQL functions on a connection to Postgres. The client's own timeouts apply. Statements are unnamed, and nothing
 * depends on the session, so a transaction pooler can be between.
 *
 * @param client connected as the service role or as the owner of the functions; no other role may call them
 */
export function createPostgresFunctions(client: PostgresClient): DatabaseFunctions {
  const rows = async (name: string, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const given = Object.entries(args).map(([argument, value]) => ({ argument, ...encode(value) }))
    const list = given.map(({ argument, cast }, index) => `${argument} => $${index + 1}${cast}`)
    // As one text, because clients are configured to parse numbers, dates and JSON, and to rename columns, in different ways.
    const statement = `select coalesce(json_agg(answer), '[]')::text as answer from public.${name}(${list.join(', ')}) as answer`
    const result = await query(
      client,
      name,
      statement,
      given.map(({ value }) => value),
    )
    const [row] = result.rows
    const columns: unknown[] = typeof row === 'object' && row !== null ? Object.values(row) : []
    const [text] = columns
    return typeof text === 'string' ? JSON.parse(text) : undefined
  }
  return {
    rows,
    async value(name, args) {
      const answer = await rows(name, args)
      return Array.isArray(answer) ? answer[0] : undefined
    },
  }
}

/** Encodes what clients encode in different ways: some send an object as JSON, others encode it twice, or send `[object Object]`. */
function encode(value: unknown): { readonly value: unknown; readonly cast: string } {
  if (typeof value !== 'object' || value === null) return { value, cast: '' }
  // The literal of an array, whose type the database knows. The engine passes no other arrays than those of texts.
  if (Array.isArray(value)) return { value: `{${value.map(quoteElement).join(',')}}`, cast: '' }
  return { value: JSON.stringify(value), cast: '::text::jsonb' }
}

const quoteElement = (element: unknown) => `"${String(element).replaceAll(/["\\]/g, String.raw`\$&`)}"`

async function query(
  client: PostgresClient,
  name: string,
  statement: string,
  values: unknown[],
): Promise<{ rows: unknown[] }> {
  try {
    return await client.query(statement, values)
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

function readCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
