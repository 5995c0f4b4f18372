import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

import { CliError } from '@routekey/command-line'
import { appendAssignment, editEnvFile, parseAssignments, replaceValue } from '@routekey/command-line/env-file'

import { SandboxError } from '../errors.ts'
import { hasCode } from '../host/has-code.ts'

/** Changes for {@link writeEnvFile}. Values hold no spaces, quotes or `#`. */
export interface EnvFileChanges {
  /** Variables to set where the file has no value. An existing value stays. */
  readonly add: Readonly<Record<string, string>>
  /** Variables to set in any case: their former values were the sandbox's own. */
  readonly refresh: Readonly<Record<string, string>>
}

const header = '# For this machine only. `npm start` adds what is missing and leaves your own values alone.\n'

/** Reads the variables of an environment file. A file that does not exist has no variables. */
export async function readEnvFile(path: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await readFile(path, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {}
    throw error
  }
}

/**
 * Changes variables in an environment file, or creates it. A file that changes gets mode 600; comments, order and all other
 * values stay. Writes nothing if nothing changes.
 *
 * @throws `ERR_SANDBOX_ENV_FILE` when another command is editing the file, or when the path does not lead to a file.
 */
export async function writeEnvFile(path: string, { add, refresh }: EnvFileChanges): Promise<void> {
  const edit = (text: string): string => {
    const added = Object.entries(add).reduce((current, [name, value]) => setVariable(current, name, value, true), text)
    const edited = Object.entries(refresh).reduce(
      (current, [name, value]) => setVariable(current, name, value, false),
      added,
    )
    return text === '' && edited !== '' ? header + edited : edited
  }
  try {
    editEnvFile(path, edit, { makePrivate: true })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new SandboxError('ERR_SANDBOX_ENV_FILE', error.message, { cause: error })
  }
}

function setVariable(text: string, name: string, value: string, keepsExisting: boolean): string {
  // Of several assignments, the last one counts.
  const existing = parseAssignments(text).findLast((assignment) => assignment.name === name)
  if (existing === undefined) return appendAssignment(text, name, value)
  return keepsExisting && existing.value !== '' ? text : replaceValue(text, existing, value)
}
