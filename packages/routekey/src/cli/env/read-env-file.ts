import { lstatSync, realpathSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'

import { CliError, type Terminal } from '@routekey/command-line'
import { readEnvFile as readText } from '@routekey/command-line/env-file'

import type { EnvFile } from './load-env.ts'

/**
 * Reads an environment file; null if it does not exist. It accepts only a regular file, because to read a named pipe waits
 * for its writer.
 */
export function readEnvFile(name: string, terminal: Terminal): EnvFile | null {
  const path = resolve(terminal.cwd, name)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isFile()) throw new CliError(`${name} is not a regular file. Name another one, or use --environment.`, 2)
  const text = readText(path, name, 'latin1')
  return text === null ? null : { name, text }
}

/** Finds where a link leads, as a path from the working directory; null if the file is not a link. */
export function readLink(name: string, terminal: Terminal): string | null {
  const path = resolve(terminal.cwd, name)
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null
  return relative(realpathSync(terminal.cwd), realpathSync(path))
}
