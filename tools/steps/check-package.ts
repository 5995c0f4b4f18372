// Packs the library as npm would publish it, and checks the package with publint and attw.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { buildLibrary } from '../build-if-stale.ts'
import { root } from '../repository/list-files.ts'
import { runQuietly } from '../run-quietly.ts'

const directory = join(root, 'packages/routekey')
const manifest = z
  .object({ exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')))
const withoutTypes = Object.keys(manifest.exports).filter((path) => path.endsWith('.sql'))
const packed = mkdtempSync(join(tmpdir(), 'routekey-package-'))

await buildLibrary()
// Without scripts, because `prepack` would build it once more.
await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed])
const [name = ''] = readdirSync(packed)
await run('publint', ['run', join(packed, name), '--strict'])
await run('attw', [join(packed, name), '--profile', 'esm-only', '--exclude-entrypoints', ...withoutTypes])
rmSync(packed, { recursive: true })

async function run(command: string, args: string[]): Promise<void> {
  const { status, output } = await runQuietly(command, args, { cwd: directory })
  if (status === 0) return
  console.error(output.trimEnd())
  process.exitCode = 1
}
