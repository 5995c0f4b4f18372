import { spawnSync } from 'node:child_process'
import { basename, dirname, resolve } from 'node:path'

import { CliError, type Terminal } from '@routekey/command-line'
import { type Assignment, type EditedFile, editEnvFile, parseAssignments } from '@routekey/command-line/env-file'

import { checkSecretVariable, previousVariable } from '../secret/secret-variable.ts'

/** The file that a Next.js application on a developer's machine reads its secrets from. */
export const defaultEnvFile = '.env.local'

/** The variable that holds the secret of an application with one secret. */
export const defaultSecretName = 'API_ROUTE_SECRET'

/** Formats the option with which a suggested command uses the same file. */
export const envFileArgument = (envFile: string): string => (envFile === defaultEnvFile ? '' : ` --env-file ${envFile}`)

/** Parses the name of a variable that holds a current secret. */
export function parseSecretName(name: string): string {
  checkSecretVariable(name)
  if (name.endsWith(previousVariable(''))) {
    throw new CliError(`${name} is reserved for the former secret during a rotation. Leave out _PREVIOUS.`, 2)
  }
  return name
}

/** Finds the assignment of a name. Refuses several, because readers disagree about which of them counts. */
export function findAssignment(text: string, name: string, envFile: string): Assignment | undefined {
  const [found, ...others] = parseAssignments(text).filter((assignment) => assignment.name === name)
  if (others.length > 0) {
    throw new CliError(`${envFile} sets ${name} ${others.length + 1} times. Keep one line and try again.`, 2)
  }
  return found
}

/** Warns if other users can read the file, or if git would commit it. */
export function warnIfExposed(envFile: string, isReadableByOthers: boolean, terminal: Terminal): void {
  if (isReadableByOthers) terminal.say(`Warning: other users can read ${envFile}. Run: chmod 600 ${envFile}`)
  const path = resolve(terminal.cwd, envFile)
  // Status 1 is "not ignored". Anything else is "ignored", "not a repository" or "git is not installed".
  const git = spawnSync('git', ['check-ignore', '--quiet', basename(path)], { cwd: dirname(path), stdio: 'ignore' })
  if (git.status === 1) terminal.say(`Warning: git does not ignore ${envFile}. Add it to .gitignore before you commit.`)
}

/** Edits the file, and warns if its secrets are exposed. */
export function editSecrets(envFile: string, terminal: Terminal, change: (text: string) => string): EditedFile {
  const edited = editEnvFile(resolve(terminal.cwd, envFile), change)
  warnIfExposed(envFile, edited.isReadableByOthers, terminal)
  return edited
}
