import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { CliError, type ExitCode, type Terminal } from '@routekey/command-line'

import { quoteForShell } from './quote-for-shell.ts'

/** Finds the program of `@routekey/audit`, which is a package of its own because of its dependencies. */
function findAudit(from: readonly string[]): string | null {
  for (const file of from) {
    try {
      return createRequire(file).resolve('@routekey/audit/dist/cli/bin.js')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error
    }
  }
  return null
}

const isExitCode = (code: unknown): code is ExitCode => code === 0 || code === 1 || code === 2 || code === 3

/**
 * Runs `@routekey/audit`.
 *
 * @param from files from which it is looked for: in the project, and beside this package
 * @throws `CliError` if it is not installed
 */
export async function runAudit(
  args: readonly string[],
  terminal: Terminal,
  from: readonly string[] = [join(terminal.cwd, 'package.json'), import.meta.url],
): Promise<ExitCode> {
  const file = findAudit(from)
  if (file === null) {
    const command = args.map(quoteForShell).join(' ')
    throw new CliError(`This needs the package @routekey/audit. Run: npx @routekey/audit ${command}`, 2)
  }
  const child = spawn(process.execPath, [file, ...args], {
    cwd: terminal.cwd,
    env: { ...terminal.env, NODE_ENV: 'production' },
  })
  child.stdout.setEncoding('utf8').on('data', terminal.print)
  createInterface({ input: child.stderr }).on('line', terminal.say)
  await once(child, 'close')
  const { exitCode: code } = child
  if (!isExitCode(code)) throw new Error(`@routekey/audit ended unexpectedly: ${String(code)}`)
  return code
}
