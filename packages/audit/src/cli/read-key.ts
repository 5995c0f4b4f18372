import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { CliError, type Terminal } from '@routekey/command-line'

const file = '.env.local'

function readFile(cwd: string): string {
  try {
    return readFileSync(join(cwd, file), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/**
 * Reads a key from a variable of the environment, or else of `.env.local`.
 *
 * @throws `CliError` if it is in neither
 */
export function readKey(name: string, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): string {
  const key = env[name] || parseEnv(readFile(cwd))[name]
  if (!key)
    throw new CliError(`${name} is neither in the environment nor in ${file}. Set it, or name another variable.`, 2)
  // Node.js refuses to send it, with an error that repeats it.
  if (!/^[\u0020-\u007e]+$/.test(key)) throw new CliError(`${name} has characters that no header can carry.`, 2)
  return key
}
