import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runQuietly } from './run-quietly.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const library = {
  workspace: 'routekey',
  inputs: [
    'packages/routekey/src/**/*.ts',
    'packages/routekey/*.{json,mjs}',
    'packages/command-line/src/**/*.ts',
    'tsconfig.base.json',
    'package-lock.json',
  ],
  stamp: 'packages/routekey/dist/.inputs',
}
const application = {
  workspace: '@routekey/web',
  inputs: [
    ...library.inputs,
    'packages/stripe-customers/{src/**/*.ts,*.json}',
    'apps/web/{app,features,forms,server,ui}/**',
    'apps/web/*.*',
  ],
  stamp: 'apps/web/.next/.inputs',
}

/** A build failed; the message holds what it said. */
export class BuildError extends Error {}

/**
 * Builds the library unless its build was made from the very same files.
 *
 * @param signal ends the build, by default never; it then fails with the signal's reason
 * @throws BuildError
 */
export async function buildLibrary(signal?: AbortSignal): Promise<void> {
  await buildIfStale(library, signal)
}

/**
 * Builds the application, and the library before it, unless their builds were made from the very same files.
 *
 * @param signal ends the build, by default never; it then fails with the signal's reason
 * @throws BuildError
 */
export async function buildApplication(signal?: AbortSignal): Promise<void> {
  await buildIfStale(library, signal)
  await buildIfStale(application, signal)
}

async function buildIfStale(
  { workspace, inputs, stamp }: typeof library,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fingerprint = await fingerprintOf(inputs)
  const stampPath = join(root, stamp)
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) return
  console.log(`Building ${workspace} (once per change)…`)
  const args = ['run', '--silent', 'build', '-w', workspace]
  const { status, output } = await runQuietly('npm', args, { cwd: root, signal })
  if (status !== 0) throw new BuildError(`"npm ${args.join(' ')}" failed:\n${output}`)
  writeFileSync(stampPath, fingerprint)
}

async function fingerprintOf(patterns: string[]): Promise<string> {
  const paths: string[] = []
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
    if (entry.isFile() && !isWritten(entry.name)) paths.push(join(entry.parentPath, entry.name))
  }
  const hash = createHash('sha256')
  for (const path of [...new Set(paths)].toSorted())
    hash.update(path).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/** Tells whether starting or building writes a file itself: it would make its own build stale. */
function isWritten(name: string): boolean {
  return name.startsWith('.env') || name === 'next-env.d.ts' || name.endsWith('.tsbuildinfo')
}
