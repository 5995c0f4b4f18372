import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runQuietly } from './run-quietly.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const published = [
  describePackage('@routekey/audit', 'audit'),
  describePackage('routekey', 'routekey'),
  describePackage('@routekey/stripe-customers', 'stripe-customers'),
  describePackage('@routekey/audit', 'audit'),
]
const application: Build = {
  workspace: '@routekey/web',
  inputs: [...published.flatMap(({ inputs }) => inputs), 'apps/web/{app,features,forms,server,ui}/**', 'apps/web/*.*'],
  stamp: 'apps/web/.next/.inputs',
}

/** A workspace with a script `build`, the files that it reads, and where their hash is kept. */
interface Build {
  readonly workspace: string
  readonly inputs: readonly string[]
  readonly stamp: string
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
 * Builds the packages that are published. Skips those whose files are the same as when they were last built.
 *
 * @throws BuildError
 */
export async function buildPackages(options: BuildOptions = {}): Promise<void> {
  for (const build of published) await buildIfStale(build, options)
}

/**
 * Builds the packages and the application. Skips a build if its files are the same as last time.
 *
 * @throws BuildError
 */
export async function buildApplication(options: BuildOptions = {}): Promise<void> {
  await buildPackages(options)
  await buildIfStale(application, options)
}

async function buildIfStale({ workspace, inputs, stamp }: Build, options: BuildOptions): Promise<void> {
  const fingerprint = await fingerprintOf(inputs)
  const stampPath = join(root, stamp)
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) return
  options.log?.(`Building ${workspace} (once per change)…`)
  const args = ['run', '--silent', 'build', '-w', workspace]
  const { status, output } = await runQuietly('npm', args, { cwd: root, signal: options.signal })
  if (status !== 0) throw new BuildError(`"npm ${args.join(' ')}" failed:\n${output}`)
  writeFileSync(stampPath, fingerprint)
}

function describePackage(workspace: string, folder: string): Build {
  return {
    workspace,
    inputs: [
      `packages/${folder}/src/**/*.ts`,
      `packages/${folder}/*.{json,mjs}`,
      'packages/command-line/{src/**/*.ts,*.mjs}',
      'tsconfig.base.json',
      'package-lock.json',
    ],
    stamp: `packages/${folder}/dist/.inputs`,
  }
}

async function fingerprintOf(patterns: readonly string[]): Promise<string> {
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
