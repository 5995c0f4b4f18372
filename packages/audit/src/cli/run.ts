import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

import {
  CliError,
  type Command,
  createProgram,
  type ExitCode,
  Option,
  parsePath,
  runProgram,
  type Terminal,
} from '@routekey/command-line'

import { audit } from '../audit.ts'
import { AuditError } from '../errors.ts'
import type { Audit, Finding } from '../findings.ts'
import { parseData, readMember } from '../parse/read-data.ts'
import { readConfiguration } from '../read-configuration.ts'
import { formatBaseline, parseBaseline } from '../report/baseline.ts'
import { formatSarif } from '../report/format-sarif.ts'
import { formatText } from '../report/format-text.ts'
import { readText } from '../resolve/read-file.ts'
import { addCheck } from './check.ts'

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
    .usage('[directory] [options]\n       npx @routekey/audit check [options] <targets...>')
    .version(readVersion(), '--version', 'print the version')
  addAudit(program, terminal)
  addCheck(program, terminal)
  return runProgram(program, args, terminal, { name: 'routekey-audit', explain })
}

const explain = (error: unknown): CliError | null =>
  error instanceof AuditError ? new CliError(error.message, 2, { cause: error }) : null

interface Flags {
  readonly format?: string | undefined
  readonly baseline?: string | undefined
  readonly writeBaseline?: string | undefined
}

function addAudit(program: Command, terminal: Terminal): void {
  program
    .argument('[directory]', 'an application, or the root of a monorepo', '.')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'sarif']).default('text'))
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
    .action((directory, { json, ...flags }) => {
      report(resolve(terminal.cwd, directory), json === true ? { ...flags, format: 'json' } : flags, terminal)
    })
}

function report(directory: string, flags: Flags, terminal: Terminal): void {
  const result = audit(directory, readConfiguration(directory))
  const remaining = result.findings.filter(({ excuse }) => excuse === null)
  if (flags.writeBaseline !== undefined) {
    writeFileSync(resolve(terminal.cwd, flags.writeBaseline), formatBaseline(remaining))
    terminal.say(
      `${remaining.length} findings are in ${flags.writeBaseline}. Use it with --baseline ${flags.writeBaseline}.`,
    )
    return
  }
  const known =
    flags.baseline === undefined ? new Set() : readBaseline(resolve(terminal.cwd, flags.baseline), flags.baseline)
  const findings = remaining.filter(({ fingerprint }) => !known.has(fingerprint))
  terminal.print(format(result, findings, flags.format))
  const errors = findings.filter(({ level }) => level === 'error').length
  if (errors > 0) throw new CliError(`${errors === 1 ? 'One error' : `${errors} errors`}.`, 1)
}

function readBaseline(path: string, name: string): ReadonlySet<string> {
  const text = readText(path)
  if (text === null) throw new CliError(`${name} cannot be read. Write it with --write-baseline ${name}.`, 2)
  return parseBaseline(text, name)
}

function format(result: Audit, findings: readonly Finding[], kind: string | undefined): string {
  if (kind === 'json') return `${JSON.stringify({ ...result, findings }, null, 2)}\n`
  return kind === 'sarif' ? formatSarif(result, findings, readVersion()) : formatText(result, findings)
}

/** The path is the same from here and from the bundle, `dist/cli/bin.js`. */
function readVersion(): string {
  const version = readMember(parseData(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')), 'version')
  return typeof version === 'string' ? version : ''
}
