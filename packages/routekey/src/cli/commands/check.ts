import type { Command, ExitCode, Terminal } from '@routekey/command-line'

import { runAudit } from '../run-audit.ts'

/**
 * Understands the former name of `check-secret`: `check` without an address.
 *
 * @returns the arguments, with the present name of the command
 */
export function renameCheck(args: readonly string[]): readonly string[] {
  const [command, ...rest] = args
  const isOther = command !== 'check' || rest.some((arg) => arg.includes('://') || arg === '--help' || arg === '-h')
  return isOther ? args : ['check-secret', ...rest]
}

/** Adds `routekey check`. */
export function addCheck(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('check')
    .summary('Checks from outside whether routes that run are closed.')
    .description(
      'Checks from outside whether routes that run are closed. It is a part of @routekey/audit, which has to be installed. For its options, see: npx @routekey/audit check --help',
    )
    .argument('<targets...>', 'addresses, each with or without its method: "POST http://…"')
    .allowUnknownOption()
    .action(async (targets) => end(await runAudit(['check', ...targets], terminal)))
}
