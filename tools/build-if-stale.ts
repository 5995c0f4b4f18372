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

/** A build failed. The message holds its output. */
export class BuildError extends Error {}

/** Options of a build. */
export interface BuildOptions {
  /** Ends the build, which then rejects with the reason of the signal. Default: none. */
  readonly signal?: AbortSignal
  /** Gets a line before a build starts. Default: nothing is logged. */
  readonly log?: (line: string) => void
}

/**
 * Builds the library. Does nothing if its files are the same as when it was last built.
 *
 * @throws BuildError
 */
export async function buildLibrary(options: BuildOptions = {}): Promise<void> {
  await buildIfStale(library, options)
}

/**
 * Builds the library and the application. Skips a build if its files are the same as last time.
 *
 * @throws BuildError
 */
export async function buildApplication(options: BuildOptions = {}): Promise<void> {
  await buildIfStale(library, options)
  await buildIfStale(application, options)
}

async function buildIfStale({ workspace, inputs, stamp }: typeof library, options: BuildOptions): Promise<void> {
  const fingerprint = await fingerprintOf(inputs)
  const stampPath = join(root, stamp)
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) return
  options.log?.(`Building ${workspace} (once per change)…`)
  const args = ['run', '--silent', 'build', '-w', workspace]
  const { status, output } = await runQuietly('npm', args, { cwd: root, signal: options.signal })
  if (status !== 0) throw new BuildError(`"npm ${args.join(' ')}" failed:\n${output}`)
  writeFileSync(stampPath, fingerprint)
}

async function fingerprintOf(patterns: string[]): Promise<string> {
  const paths: string[] = []
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
    if (entry.isFile() && !isGenerated(entry.name)) paths.push(join(entry.parentPath, entry.name))
  }
  const hash = createHash('sha256')
  for (const path of [...new Set(paths)].toSorted())
    hash.update(path).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/** Whether starting or building writes the file. It would make its own build stale. */
function isGenerated(name: string): boolean {
  return name.startsWith('.env') || name === 'next-env.d.ts' || name.endsWith('.tsbuildinfo')
}
