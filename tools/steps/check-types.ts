// npm run typecheck: type-checks every workspace, two at a time.
import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildPackages } from '../build-if-stale.ts'
import { root } from '../repository/list-files.ts'
import { runQuietly } from '../run-quietly.ts'

const atOnce = 2

await buildPackages()
let failures = 0
// Writes the types of the routes, which the application's own code uses.
await run('next', ['typegen', 'apps/web'])
const projects: string[] = []
for await (const manifest of glob(
  ['packages/*/package.json', 'apps/*/package.json', 'bench/package.json', 'tools/package.json'],
  { cwd: root },
)) {
  if (existsSync(join(root, dirname(manifest), 'tsconfig.json'))) projects.push(dirname(manifest))
}
await Promise.all(Array.from({ length: atOnce }, checkNext))
process.exitCode = failures === 0 ? 0 : 1

async function checkNext(): Promise<void> {
  for (let project = projects.shift(); project !== undefined; project = projects.shift())
    await run('tsc', ['-p', project])
}

async function run(command: string, args: string[]): Promise<void> {
  const { status, output } = await runQuietly(command, args, { cwd: root })
  if (status === 0) return
  failures += 1
  console.error(output.trimEnd())
}
