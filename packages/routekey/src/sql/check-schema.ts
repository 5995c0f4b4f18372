import { RoutekeyError } from '../errors.ts'

/**
 * Checks the name of a schema, and returns it in quotes.
 *
 * @throws `ERR_CONFIG_SCHEMA`
 */
export function checkSchema(schema: string): string {
  if (typeof schema !== 'string' || !/^[\w-]{1,63}$/.test(schema)) {
    throw new RoutekeyError(
      'ERR_CONFIG_SCHEMA',
      `${JSON.stringify(schema)} is not a valid schema. Use 1 to 63 of A-Z a-z 0-9 _ -`,
    )
  }
  return `"${schema}"`
}
