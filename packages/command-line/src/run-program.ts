import { type Command, CommanderError } from '@commander-js/extra-typings'

import { CliError, type ExitCode } from './cli-error.ts'
import type { Terminal } from './terminal.ts'

export interface RunOptions {
  /** Starts every error message, such as `stripe-customers`. */
  readonly name: string
  /** Turns an error of a library into one for the terminal. Returns null for a fault of the program itself. */
  readonly explain?: (error: unknown) => CliError | null
}

/**
 * Runs a program to its end. An error is one line on stderr; for wrong usage or configuration it ends with the command that
 * shows the help.
 *
 * @returns The exit code.
 * @throws What `explain` does not know: a fault of the program itself.
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  terminal: Terminal,
  { name, explain = () => null }: RunOptions,
): Promise<ExitCode> {
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const known = error instanceof CliError ? error : (explainUsage(error) ?? explain(error))
    if (known === null) throw error
    const help = known.exitCode === 2 ? ` See: ${helpCommand(program, args)}` : ''
    terminal.say(`${name}: ${hideCredentials(known.message)}${help}`)
    return known.exitCode
  }
}

// Errors of drivers and of `fetch` quote the address that they were given, with its user and password.
const hideCredentials = (message: string) => message.replaceAll(/(?<=:\/\/)[^\s/?#]*@/g, '***@')

function explainUsage(error: unknown): CliError | null {
  if (!(error instanceof CommanderError)) return null
  // A program or a group that is called without a command.
  if (error.code === 'commander.help') return new CliError('Missing command.', 2)
  const text = error.message.replace(/^error: /, '').replace(/\n\((Did you mean .*\?)\)$/, '. $1')
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return new CliError(/[.?]$/.test(sentence) ? sentence : `${sentence}.`, 2)
}

function helpCommand(program: Command, args: readonly string[]): string {
  let path = program.name()
  let commands = program.commands
  for (const arg of args) {
    const next = commands.find((command) => command.name() === arg)
    if (next === undefined) break
    path += ` ${arg}`
    commands = next.commands
  }
  return `${path} --help`
}
