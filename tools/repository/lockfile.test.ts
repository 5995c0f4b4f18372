import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))

const locked = z.object({
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
})
const { packages } = z.object({ packages: z.record(z.string(), locked) }).parse(read('package-lock.json'))
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true)

it('pins every package with its hash', () => {
  // A bundled package is in the archive of another.
  const withoutHash = installed.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)
  expect(withoutHash.map(([path]) => path)).toEqual([])
})

// A script can fetch what the lockfile does not pin. These only make links inside their package.
it('runs the install scripts of known packages alone', () => {
  const { allowScripts } = z.object({ allowScripts: z.record(z.string(), z.boolean()) }).parse(read('package.json'))
  const withScript = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)
  const names = withScript.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  expect(names.toSorted()).toEqual(Object.keys(allowScripts).toSorted())
})
