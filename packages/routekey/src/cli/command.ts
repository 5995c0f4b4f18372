import { spawnSync } from 'node:child_process'
import { basename, dirname, resolve } from 'node:path'

import { previousVariable, checkSecretVariable } from '../secret/secret-variable.ts'
import { type Assignment, parseAssignments } from './env-file/env-text.ts'
import { type EditedFile, editEnvFile } from './env-file/edit-env-file.ts'
import { Refusal } from './cli-error.ts'

/** What a command needs of the world. */
export interface Terminal {
  /** The directory in which relative paths start. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Writes what was asked for. */
  readonly print: (text: string) => void
  /** Tells the person what happened; it never gets a secret. */
  readonly say: (text: string) => void
}

/** A command of the command line. */
export interface Command {
  readonly help: string
  /** @throws `Refusal`, `RoutekeyError`, or what the file system or the database throws. */
  readonly run: (args: readonly string[], terminal: Terminal) => void | Promise<void>
}

/** Where secrets live in a Next.js application that runs on this machine. */
export const defaultEnvFile = '.env.local'

/** The option that a suggested command needs to mean the same file. */
export const envFileOption = (envFile: string) => (envFile === defaultEnvFile ? '' : ` --env-file ${envFile}`)

/** Refuses names that cannot hold a current secret. */
export function requireName(name: string): string {
  checkSecretVariable(name)
  if (name.endsWith(previousVariable(''))) {
    throw new Refusal(`${name} is where rotating keeps a former secret. Name the variable without _PREVIOUS.`, 2)
  }
  return name
}

/** Finds the one assignment of a name; which of several counts depends on who reads the file, so several are refused. */
export function findAssignment(text: string, name: string, envFile: string): Assignment | undefined {
  const [found, ...others] = parseAssignments(text).filter((assignment) => assignment.name === name)
  if (others.length > 0)
    throw new Refusal(`${envFile} sets ${name} ${others.length + 1} times. Leave one, then try again.`)
  return found
}

// Status 1 is "not ignored"; anything else is "ignored", "no repository" or "no git".
/** Says whether git would take a file into a commit. */
export const isOpenToCommits = (path: string) =>
  spawnSync('git', ['check-ignore', '--quiet', basename(path)], { cwd: dirname(path), stdio: 'ignore' }).status === 1

/** Edits the environment file, and warns when others could get at what is in it. */
export function edit(envFile: string, terminal: Terminal, change: (text: string) => string): EditedFile {
  const path = resolve(terminal.cwd, envFile)
  const edited = editEnvFile(path, change)
  if (edited.isReadableByOthers)
    terminal.say(`Warning: other users can read ${envFile}. Mend it with: chmod 600 ${envFile}`)
  if (isOpenToCommits(path))
    terminal.say(`Warning: git does not ignore ${envFile}. Add it to .gitignore before you commit.`)
  return edited
}
