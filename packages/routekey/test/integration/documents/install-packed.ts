import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../../../../', import.meta.url))

/** Packs a built package of this repository, and unpacks it in a project as npm does. */
export async function installPacked(directory: string, folder: string, name: string): Promise<void> {
  const target = join(directory, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  const options = ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory]
  const { stdout } = await run('npm', options, { cwd: join(packages, folder) })
  await run('tar', ['-xzf', join(directory, stdout.trim()), '--strip-components=1', '-C', target])
  const manifest: { bin: Record<string, string> } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  mkdirSync(join(directory, 'node_modules/.bin'), { recursive: true })
  for (const [command, path] of Object.entries(manifest.bin)) {
    symlinkSync(join(target, path), join(directory, 'node_modules/.bin', command))
  }
}
