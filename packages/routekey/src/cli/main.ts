import { CliError, createProgram, type ExitCode, runProgram, type Terminal } from '@routekey/command-line'

import { RoutekeyError } from '../errors.ts'
import { addAudit } from './commands/audit.ts'
import { addCheck, renameCheck } from './commands/check.ts'
import { addCheckSecret } from './commands/check-secret.ts'
import { addGenerate } from './commands/generate.ts'
import { addKeys } from './commands/keys/keys.ts'
import { addRotate } from './commands/rotate.ts'
import { addSql } from './commands/sql.ts'
import { readPackageFile } from './read-package-file.ts'

function readVersion(): string {
  const manifest: unknown = JSON.parse(readPackageFile('package.json'))
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isManifest && typeof manifest.version === 'string' ? manifest.version : 'unknown'
}

function explain(error: unknown): CliError | null {
  if (error instanceof RoutekeyError) {
    return new CliError(error.message, error.code.startsWith('ERR_STORE_') ? 3 : 2, { cause: error })
  }
  // A file that cannot be read or written.
  if (error instanceof Error && 'syscall' in error) return new CliError(`${error.message}.`, 2, { cause: error })
  return null
}

/**
 * Runs the command line.
 *
 * @returns The exit code.
 * @throws Only for a fault of the program itself.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const description = 'Generates and checks the secrets of API routes, and manages the API keys of users.'
  const program = createProgram({ command: 'routekey', description, services: 'the database' }, terminal).version(
    readVersion(),
    '--version',
    'print the version',
  )
  let exitCode: ExitCode = 0
  for (const add of [addGenerate, addRotate, addCheckSecret]) add(program, terminal)
  addCheck(program, terminal, (code) => void (exitCode = code))
  for (const add of [addAudit, addKeys, addSql]) add(program, terminal)
  program.addHelpText(
    'after',
    `
Secrets are printed (to stdout) only by generate --print, keys create and keys
rotate.`,
  )
  const ended = await runProgram(program, renameCheck(args), terminal, { name: 'routekey', explain })
  return ended === 0 ? exitCode : ended
}
