import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const library = {
  workspace: 'routekey',
  inputs: ['packages/routekey/src/**/*.ts', 'packages/routekey/*.json', 'tsconfig.base.json', 'package-lock.json'],
  stamp: 'packages/routekey/dist/.inputs',
}
const application = {
  workspace: '@routekey/web',
  inputs: [
    ...library.inputs,
    'packages/stripe-customers/{src/**/*.ts,*.json}',
    'apps/web/{app,components,lib}/**',
    'apps/web/*.*',
  ],
  stamp: 'apps/web/.next/.inputs',
}

/** A build failed; the message holds what it said. */
export class BuildError extends Error {}

/** Builds the library unless its build was made from the very same files. */
export async function buildLibrary(): Promise<void> {
  await buildIfStale(library)
}

/** Builds the application, and the library before it, unless their builds were made from the very same files. */
export async function buildApplication(): Promise<void> {
  await buildIfStale(library)
  await buildIfStale(application)
}

async function buildIfStale({ workspace, inputs, stamp }: typeof library): Promise<void> {
  const fingerprint = await fingerprintOf(inputs)
  const stampPath = join(root, stamp)
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) return
  console.log(`Building ${workspace} (once per change)…`)
  await run('npm', ['run', '--silent', 'build', '-w', workspace])
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

/** What a build says is shown only when it fails. */
async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new BuildError(`"${command} ${args.join(' ')}" failed:\n${output}`)
}
