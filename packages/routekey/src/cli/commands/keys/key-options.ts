import { CliError, InvalidArgumentError, Option, parsePath } from '@routekey/command-line'

export const jsonOption = new Option('--json', 'print JSON')
export const envFileOption = new Option(
  '--env-file <file>',
  'read variables from <file> instead of .env.local',
).argParser(parsePath)
export const pepperOption = new Option('--pepper-variable <name>', "the variable that holds the keyring's pepper")

/** Recorded in the audit trail of a key. */
export const actor = 'routekey command line'

/** A prefix for a keyring that does not create keys: everything else works the same for all prefixes. */
export const anyPrefix = 'rk'

/** Parses an instant in ISO 8601. */
export function parseInstant(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Use a date such as 2027-01-31T12:00:00Z.')
  return date
}

/** Throws if no key has the id. */
export function requireKey<Value>(value: Value | null, id: string, condition = ''): Value {
  if (value === null) throw new CliError(`There is no ${condition}key with the id ${id}.`, 1)
  return value
}
