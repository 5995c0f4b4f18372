import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

import { CliError, type Terminal } from '@routekey/command-line'
import { type Assignment, type EditedFile, editEnvFile, parseAssignments } from '@routekey/command-line/env-file'

import { readLink } from './env/read-env-file.ts'
import { quoteForShell } from './quote-for-shell.ts'
import { checkSecretVariable, previousVariable } from '../secret/secret-variable.ts'

/** The file that a Next.js application on a developer's machine reads its secrets from. */
export const defaultEnvFile = '.env.local'

/** The variable that holds the secret of an application with one secret. */
export const defaultSecretName = 'API_ROUTE_SECRET'

/** Formats the option with which a suggested command uses the same file. */
export const envFileArgument = (envFile: string): string =>
  envFile === defaultEnvFile ? '' : ` --env-file ${quoteForShell(envFile)}`

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

// Windows has neither such modes nor numbers of users.
const ownUser = () => process.getuid?.()

/** Warns if other users can read or change the file, if it is a link, or if git would commit it. */
export function warnIfExposed(envFile: string, terminal: Terminal): void {
  const path = resolve(terminal.cwd, envFile)
  const { mode, uid } = statSync(path)
  if (ownUser() !== undefined && (mode & 0o077) !== 0) {
    terminal.say(`Warning: other users can read ${envFile}. Run: chmod 600 ${quoteForShell(envFile)}`)
  }
  if (ownUser() !== undefined && ownUser() !== uid) {
    terminal.say(`Warning: ${envFile} belongs to another user (${uid}), who can read and change the secret.`)
  }
  const target = readLink(envFile, terminal)
  if (target !== null) terminal.say(`Warning: ${envFile} is a link. The secret is in ${target}.`)
  for (const name of target === null ? [envFile] : [envFile, target]) {
    const file = resolve(terminal.cwd, name)
    // Status 1 is "not ignored". Anything else is "ignored", "not a repository" or "git is not installed".
    const git = spawnSync('git', ['check-ignore', '--quiet', basename(file)], { cwd: dirname(file), stdio: 'ignore' })
    if (git.status === 1) terminal.say(`Warning: git does not ignore ${name}. Add it to .gitignore before you commit.`)
  }
}

/** Edits the file, and warns if its secrets are exposed. Refuses a file of another user, who could read the secret. */
export function editSecrets(envFile: string, terminal: Terminal, change: (text: string) => string): EditedFile {
  const path = resolve(terminal.cwd, envFile)
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  // Root may edit any file, and keeps its owner.
  if (owner !== undefined && ![undefined, 0, owner].includes(ownUser())) {
    throw new CliError(`${envFile} belongs to another user, who could read the secret. Name another file.`, 2)
  }
  const edited = editEnvFile(path, change)
  if (edited.isChanged || !edited.isNew) warnIfExposed(envFile, terminal)
  return edited
}
