import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// In a folder of its own: these are 500 MB, which nobody should fetch who does not run these tests.
const directory = join(import.meta.dirname, 'installed')
const manifest = join(directory, 'package.json')
const stamp = join(directory, 'node_modules', '.installed-manifest')

/** Installs the other runtimes, unless that was done before; says what kept it from being done. */
export function installRuntimes(): string | null {
  const wanted = createHash('sha256').update(readFileSync(manifest)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: directory,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) return stderr
  writeFileSync(stamp, wanted)
  return null
}

/** Where the binary of a Node is that npm installed, or null on platforms for which none is listed. */
export function findNode(name: 'node-20' | 'node-22'): string | null {
  const path = join(directory, 'node_modules', name, 'bin', 'node')
  return existsSync(path) ? path : null
}

/** Where the binary of `workerd` is. */
export function findWorkerd(): string {
  const loaded: unknown = createRequire(manifest)('workerd')
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && typeof loaded.default === 'string') {
    return loaded.default
  }
  throw new Error('The package workerd does not say where its binary is')
}
