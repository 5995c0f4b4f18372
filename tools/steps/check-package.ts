// Packs the published packages as npm would publish them, and checks them with publint and attw.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { buildPackages } from '../build-if-stale.ts'
import { root } from '../repository/list-files.ts'
import { runQuietly } from '../run-quietly.ts'

const manifestSchema = z.object({ exports: z.record(z.string(), z.unknown()) })

await buildPackages()
await checkPackage(join(root, 'packages/routekey'))
// Have ES modules only.
for (const folder of ['audit', 'stripe-customers']) {
  await checkPackage(join(root, 'packages', folder), ['--ignore-rules', 'cjs-resolves-to-esm'])
}

async function checkPackage(directory: string, options: readonly string[] = []): Promise<void> {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')))
  const withoutTypes = Object.keys(manifest.exports).filter((path) => path.endsWith('.sql'))
  const excluded = withoutTypes.length === 0 ? [] : ['--exclude-entrypoints', ...withoutTypes]
  const packed = mkdtempSync(join(tmpdir(), 'routekey-package-'))
  // Without scripts, because `prepack` would build it once more.
  await run(directory, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed])
  const [name = ''] = readdirSync(packed)
  await run(directory, 'publint', ['run', join(packed, name), '--strict'])
  await run(directory, 'attw', [join(packed, name), ...excluded, ...options])
  rmSync(packed, { recursive: true })
}

async function run(cwd: string, command: string, args: string[]): Promise<void> {
  const { status, output } = await runQuietly(command, args, { cwd })
  if (status === 0) return
  console.error(output.trimEnd())
  process.exitCode = 1
}
