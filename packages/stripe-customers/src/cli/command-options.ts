import { InvalidArgumentError, Option, parsePath } from '@routekey/command-line'
import { z } from 'zod'

/** Where the command finds what the environment does not set. */
export const envFileOption = new Option(
  '--env-file <file>',
  'read variables from <file> instead of .env.local',
).argParser(parsePath)

/** The options of a command that connects to the database and to Stripe. */
export interface ConnectionFlags {
  readonly envFile?: string | undefined
  readonly json?: true | undefined
}

/**
 * Parses the id of a profile.
 *
 * @throws `InvalidArgumentError` if it is not a UUID
 */
export function parseProfileId(text: string): string {
  if (!z.guid().safeParse(text).success) throw new InvalidArgumentError('Use a UUID.')
  return text.toLowerCase()
}
