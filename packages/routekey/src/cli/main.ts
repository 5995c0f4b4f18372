import { readFileSync } from 'node:fs'

import { RoutekeyError } from '../errors.ts'
import { audit } from './audit/audit.ts'
import { check } from './commands/check.ts'
import type { Command, Terminal } from './command.ts'
import { generate } from './commands/generate.ts'
import { keys } from './keys/keys.ts'
import { Refusal } from './cli-error.ts'
import { rotate } from './commands/rotate.ts'
import { sql } from './commands/sql.ts'

const commands: ReadonlyMap<string, Command> = new Map([
  ['generate', generate],
  ['rotate', rotate],
  ['check', check],
  ['audit', audit],
  ['keys', keys],
  ['sql', sql],
])

const help = `Usage: routekey <command> [options]

Commands:
  generate [NAME]  make a secret and write it into .env.local
  rotate NAME      make a new secret; the current one passes beside it until you finish
  check [NAME…]    say whether the secrets in .env.local are fit
  audit [DIR]      list the route handlers of an application that nothing guards
  keys <action>    create, list, show, rotate and revoke the API keys of users
  sql              print the SQL that creates the tables of these keys

  routekey <command> --help  what the command does, and its options
  routekey --version         the version

What it tells you goes to standard error; a secret appears only where
you ask for it: with generate --print, keys create and keys rotate.
`

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return isObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown'
}

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') return terminal.print(help)
  if (name === '--version') return terminal.print(`${readVersion()}\n`)
  const command = commands.get(name ?? '')
  if (command === undefined) {
    throw new Refusal(name === undefined ? 'which command?' : `there is no command ${JSON.stringify(name)}`, 2)
  }
  if (rest.includes('--help') || rest.includes('-h')) return terminal.print(command.help)
  return command.run(rest, terminal)
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error
const isArgumentError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')

/**
 * Runs the command line.
 *
 * @returns The exit code: 0 done, 1 refused or failed, 2 wrong arguments.
 * @throws What is a fault of the program itself.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    await run(args, terminal)
    return 0
  } catch (error) {
    const isUsage =
      isArgumentError(error) ||
      (error instanceof Refusal && error.exitCode === 2) ||
      (error instanceof RoutekeyError && error.code === 'ERR_CONFIG_VARIABLE')
    if (!isUsage && !(error instanceof Refusal || error instanceof RoutekeyError || isSystemError(error))) throw error
    terminal.say(`routekey: ${error.message}`)
    if (!isUsage) return 1
    terminal.say('Try: routekey --help')
    return 2
  }
}
