import { z } from 'zod'
import { StripeCustomersError } from '../errors.ts'
import type { DatabaseFunctions } from './database-functions.ts'

type Arguments = Readonly<Record<string, unknown>>

/** Calls SQL functions and parses what they return. Every call throws a `StripeCustomersError` if it fails. */
export interface ParsedFunctions {
  /** Returns all rows of a function that returns a table, or all values of one that returns a set of values. */
  readonly rows: <T>(schema: z.ZodType<T>, name: string, args: Arguments) => Promise<T[]>
  /** Returns the row of a function that always returns exactly one. */
  readonly row: <T>(schema: z.ZodType<T>, name: string, args: Arguments) => Promise<T>
  /** Returns what a function returns that returns one value. */
  readonly value: <T>(schema: z.ZodType<T>, name: string, args: Arguments) => Promise<T>
}

/** Adds parsing to the calls of SQL functions. */
export function createParsedFunctions(functions: DatabaseFunctions): ParsedFunctions {
  return {
    rows: async (schema, name, args) => parseResult(z.array(schema), name, await functions.rows(name, args)),
    row: async (schema, name, args) => parseResult(z.tuple([schema]), name, await functions.rows(name, args))[0],
    value: async (schema, name, args) => parseResult(schema, name, await functions.value(name, args)),
  }
}

function parseResult<T>(schema: z.ZodType<T>, name: string, result: unknown): T {
  const parsed = schema.safeParse(result)
  if (parsed.success) return parsed.data
  // The cause names fields and types. The values may be personal data and stay out of the message.
  throw new StripeCustomersError(
    'ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE',
    `public.${name} returned something that its migration does not define. Apply all migrations in supabase/migrations.`,
    { cause: parsed.error },
  )
}
