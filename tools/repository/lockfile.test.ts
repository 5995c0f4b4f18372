import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface LockedPackage {
  readonly version?: string
  readonly link?: boolean
  readonly optionalDependencies?: Record<string, string>
}

const lockfile: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
)
const locked = Object.entries(lockfile.packages)

it('locks the optional packages of every platform, because npm ci fails without them', () => {
  const names = new Set(locked.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)))
  const optional = locked.flatMap(([, { optionalDependencies }]) => Object.keys(optionalDependencies ?? {}))
  expect(optional.length).toBeGreaterThan(0)
  expect(optional.filter((name) => !names.has(name))).toEqual([])
})

it('locks a version of every package that is installed', () => {
  const installed = locked.filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  expect(installed.filter(([, { version }]) => version === undefined)).toEqual([])
})

it('names no registry', () => {
  expect(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')).not.toMatch(/"resolved": "https?:/)
})
