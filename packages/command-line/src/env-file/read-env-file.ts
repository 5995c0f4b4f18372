import { readFileSync } from 'node:fs'

import { CliError } from '../cli-error.ts'

/**
 * Reads the text of a file of variables. Null if there is none.
 *
 * @param name how the person at the terminal named it
 * @throws `CliError` when there is something that cannot be read, such as a directory
 */
export function readEnvFile(path: string, name: string, encoding: 'utf8' | 'latin1' = 'utf8'): string | null {
  try {
    return readFileSync(path, encoding)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const what = code === 'EISDIR' ? 'is a directory' : `cannot be read${code === '' ? '' : ` (${code})`}`
    throw new CliError(`${name} ${what}. Name a file that you can read.`, 2, { cause: error })
  }
}
