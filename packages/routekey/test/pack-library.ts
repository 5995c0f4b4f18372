import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageDirectory = fileURLToPath(new URL('../', import.meta.url))
const typescript = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))

/**
 * Builds and packs the library. The build has its own directory, so that tests that run at the same time find the package's `dist`
 * complete.
 *
 * @returns the path of the tarball
 */
export function packLibrary(directory: string): string {
  const staging = join(directory, 'staging')
  mkdirSync(staging)
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    copyFileSync(join(packageDirectory, file), join(staging, file))
  cpSync(join(packageDirectory, 'sql'), join(staging, 'sql'), { recursive: true })
  const dist = join(staging, 'dist')
  execFileSync(process.execPath, [typescript, '-p', join(packageDirectory, 'tsconfig.build.json'), '--outDir', dist])
  execFileSync(process.execPath, [join(packageDirectory, 'build-commonjs.mjs'), dist])
  execFileSync(process.execPath, [join(packageDirectory, 'bundle-command-line.mjs'), join(dist, 'cli/bin.js')])
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: staging, stdio: 'ignore' })
  return join(directory, 'routekey-0.1.0.tgz')
}
