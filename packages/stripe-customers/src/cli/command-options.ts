import { Option, parsePath } from '@routekey/command-line'

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
