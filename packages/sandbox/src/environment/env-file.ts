import { readFile, realpath } from 'node:fs/promises'
import { parseEnv } from 'node:util'

import { SandboxError } from '../errors.ts'
import { writePrivateFile } from '../host/private-file.ts'

/** What {@link writeEnvFile} is to change. Values hold no spaces, quotes or `#`. */
export interface EnvFileChanges {
  /** Set where the file has no value; never over one. */
  readonly add: Readonly<Record<string, string>>
  /** Set whatever the file has: values that were the sandbox's own before. */
  readonly refresh: Readonly<Record<string, string>>
}

const header = '# For this machine only. `npm start` adds what is missing and leaves your own values alone.\n'

/** Reads the variables of an environment file; a file that does not exist has none. */
export async function readEnvFile(path: string): Promise<Record<string, string | undefined>> {
  return parseEnv((await readText(path)) ?? '')
}

/**
 * Changes variables in an environment file, or creates it, with mode 600. Comments, order and all other values stay. Writes
 * nothing if there is nothing to change.
 *
 * @throws {SandboxError} `ERR_SANDBOX_ENV_FILE` if the file cannot be edited without touching other values, which can be
 *   where a value of several lines looks like an assignment.
 */
export async function writeEnvFile(path: string, { add, refresh }: EnvFileChanges): Promise<void> {
  const text = await readText(path)
  const before = parseEnv(text ?? '')
  const missing = Object.entries(add).filter(([name]) => (before[name] ?? '') === '')
  const changes = new Map([...missing, ...Object.entries(refresh)].filter(([name, value]) => before[name] !== value))
  if (changes.size === 0) return

  const edited = [...changes].reduce((current, [name, value]) => setVariable(current, name, value), text ?? header)
  assertOnlyChanged(path, before, parseEnv(edited), changes)
  await writePrivateFile(text === null ? path : await realpath(path), edited)
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function setVariable(text: string, name: string, value: string): string {
  const assignment = new RegExp(`^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=)[ \\t]*("[^"]*"|'[^']*'|[^\\s#]*)`, 'gm')
  // Of several assignments the last one counts.
  const last = [...text.matchAll(assignment)].at(-1)
  if (last === undefined) {
    const separator = text === '' || text.endsWith('\n') ? '' : '\n'
    return `${text}${separator}${name}=${value}\n`
  }
  return `${text.slice(0, last.index)}${last[1]}${value}${text.slice(last.index + last[0].length)}`
}

function assertOnlyChanged(
  path: string,
  before: NodeJS.Dict<string>,
  after: NodeJS.Dict<string>,
  changes: ReadonlyMap<string, string>,
): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const broken = [...names].find((name) => after[name] !== (changes.get(name) ?? before[name]))
  if (broken !== undefined) {
    throw new SandboxError(
      'ERR_SANDBOX_ENV_FILE',
      `${path} cannot be edited without changing ${broken}. Add by hand: ${[...changes.keys()].join(', ')}.`,
    )
  }
}
