import { Command } from '@commander-js/extra-typings'

import type { Terminal } from './terminal.ts'

export interface ProgramOptions {
  /** How a person calls it, such as `npx stripe-customers`. */
  readonly command: string
  readonly description: string
  /** The services that exit code 3 is about, such as `the database or Stripe`. Default: the program has no exit code 3. */
  readonly services?: string
}

/**
 * Creates a program without commands. Help goes to the terminal's stdout, 80 columns wide; every error is thrown, for
 * `runProgram` to report. A command added with `program.command()` behaves in the same way.
 */
export function createProgram({ command, description, services }: ProgramOptions, terminal: Terminal): Command {
  return new Command(command)
    .description(description)
    .usage('<command> [options]')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.print,
      writeErr: () => {},
      getOutHelpWidth: () => 80,
      getOutHasColors: () => false,
    })
    .configureHelp({
      subcommandTerm: (subcommand) =>
        `${subcommand.name()} ${subcommand.usage().replace(/ ?\[options\] ?/, '')}`.trim(),
    })
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'Shows the help of a command.')
    .addHelpText(
      'after',
      `
Results go to stdout, messages to stderr.

Exit codes:
  0  done
  1  the command ran and the answer is no, or something is left to do
  2  wrong usage or configuration${services === undefined ? '' : `\n  3  ${services} does not answer`}`,
    )
}
