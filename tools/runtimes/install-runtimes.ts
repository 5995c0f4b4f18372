import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

// In a folder of its own, because they are 500 MB, and only these tests need them.
const directory = join(import.meta.dirname, 'installed')
const manifest = join(directory, 'package.json')
const stamp = join(directory, 'node_modules', '.installed-manifest')

// Without a network, npm otherwise tries for minutes.
const npmOptions = [
  '--no-package-lock',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=2000',
]

/** Installs the other runtimes, unless they are installed. Returns null, or why they could not be installed. */
export async function installRuntimes(): Promise<string | null> {
  const wanted = createHash('sha256').update(readFileSync(manifest)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null
  const problem = await installPackages(directory)
  if (problem === null) writeFileSync(stamp, wanted)
  return problem
}

/** Runs `npm install` in a directory. Returns null, or why the packages could not be installed. */
export async function installPackages(path: string): Promise<string | null> {
  const child = spawn('npm', ['install', '--loglevel=error', ...npmOptions], {
    cwd: path,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  })
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (child.exitCode === 0) return null
  const code = /npm (?:error|ERR!) code (\w+)/.exec(stderr)?.[1] ?? `exit code ${String(child.exitCode)}`
  return `Packages could not be installed (npm: ${code}). Run the tests once with a network to get them.`
}

/** Finds the program of an installed Node. Returns null if npm installed none for this platform. */
export function findNode(name: 'node-20' | 'node-22'): string | null {
  const path = join(directory, 'node_modules', name, 'bin', 'node')
  return existsSync(path) ? path : null
}

/** Finds the program of the installed Deno or Bun. Returns null if npm installed none for this platform. */
export function findRuntime(name: 'deno' | 'bun'): string | null {
  const platform = `${process.platform}-${process.arch}`
  // As npm delivers them: their own installers, which do not run, would only link these.
  const paths = {
    deno: [`@deno/${platform}-glibc/deno`, `@deno/${platform}/deno`],
    bun: [`@oven/bun-${platform}/bin/bun`, `@oven/bun-${platform.replace('arm64', 'aarch64')}/bin/bun`],
  }[name]
  return paths.map((path) => join(directory, 'node_modules', path)).find((path) => existsSync(path)) ?? null
}

/** Finds the program of the installed `workerd`. */
export function findWorkerd(): string {
  const loaded: unknown = createRequire(manifest)('workerd')
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && typeof loaded.default === 'string') {
    return loaded.default
  }
  throw new Error('The package workerd does not export the path of its program.')
}
