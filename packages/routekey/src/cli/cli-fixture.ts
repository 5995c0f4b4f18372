import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { captureTerminal } from '@routekey/command-line/testing'
import { afterEach, beforeEach } from 'vitest'

import { main } from './main.ts'

/** A secret that is strong enough. */
export const strongSecret = 'f3b1c9d07a6e45829c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d'

/** Runs the command line in a directory, and keeps what it writes. */
export async function runIn(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const terminal = captureTerminal({ cwd, env })
  const exitCode = await main(args, terminal)
  return { exitCode, printed: terminal.printed(), said: terminal.said() }
}

/** Gives each test of a file an empty directory, in which `run` runs the command line. */
export function useDirectory() {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'routekey-cli-'))
  })
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const at = (name = '.env.local') => join(directory, name)
  return {
    at,
    directory: () => directory,
    read: (name?: string) => readFileSync(at(name), 'latin1'),
    write: (text: string, name?: string) => writeFileSync(at(name), text, { encoding: 'latin1', mode: 0o600 }),
    run: (...args: string[]) => runIn(directory, args),
  }
}
