import { inspect } from 'node:util'

/**
 * Makes an error print as one line, without the statement and its parameters, which can hold passwords and tokens.
 * `@supabase/lite` prints errors of the database with all their properties.
 *
 * @returns the same error
 */
export function printErrorBriefly<Thrown>(error: Thrown): Thrown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const line = `Supabase: ${error.message}${code}`
  return Object.defineProperty(error, inspect.custom, { value: () => line, configurable: true })
}
