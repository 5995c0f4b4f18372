import { readFileSync } from 'node:fs'

import {
  CliError,
  createProgram,
  type ExitCode,
  Option,
  parsePath,
  runProgram,
  type Terminal,
} from '@routekey/command-line'

import { AuditError } from '../errors.ts'
import { parseData, readMember } from '../parse/read-data.ts'
import { runAudit } from '../run-audit.ts'

const explain = (error: unknown): CliError | null =>
  error instanceof AuditError ? new CliError(error.message, 2, { cause: error }) : null

/**
 * Runs the command line.
 *
 * @returns The exit code.
 * @throws Only for a fault of the program itself.
 */
export function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(
    { command: 'npx @routekey/audit', description: 'Finds open API routes of Next.js.' },
    terminal,
  )
    .usage('[directory] [options]')
    .version(readVersion(), '--version', 'print the version')
  program
    .argument('[directory]', 'an application, or the root of a monorepo', '.')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['text', 'json', 'sarif'] as const)
        .default('text' as const),
    )
    .option('--json', 'the same as --format json')
    .option('--baseline <file>', 'ignore the findings in this file', parsePath)
    .option('--write-baseline <file>', 'write the findings of today to this file', parsePath)
    .addHelpText(
      'after',
      `
It exits with 1 if there are errors: handlers that let strangers in and act.

A handler that is open on purpose says so in a comment right before it:
  // routekey-audit: public, it only says that the server is up

Your own functions that refuse strangers are listed in routekey-audit.json:
  { "guards": ["@/lib/auth#requireUser"] }`,
    )
    .action((directory, { json, format, ...files }) => {
      const report = runAudit({ directory, cwd: terminal.cwd, format: json === true ? 'json' : format, ...files })
      terminal.print(report.output)
      if (report.message !== null) terminal.say(report.message)
      if (report.errors > 0) throw new CliError(report.errors === 1 ? 'One error.' : `${report.errors} errors.`, 1)
    })
  return runProgram(program, args, terminal, { name: 'routekey-audit', explain })
}

/** The path is the same from here and from the bundle, `dist/cli/bin.js`. */
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const version = readMember(parseData(text), 'version')
  return typeof version === 'string' ? version : ''
}
