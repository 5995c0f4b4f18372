import { createProgram, type ExitCode, runProgram, type Terminal } from '@routekey/command-line'

import { addCheck } from './check.ts'

/**
 * Runs the command line.
 *
 * @returns The exit code.
 * @throws Only for a fault of the program itself.
 */
export function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const description = 'Finds API routes that anyone can call.'
  const program = createProgram({ command: 'npx @routekey/audit', description }, terminal)
  addCheck(program, terminal)
  return runProgram(program, args, terminal, { name: 'routekey-audit' })
}
