// Runs every check and every test, and closes with how many passed and failed, counted from the runners' own reports.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './find-chromium.ts'

type Step = { name: string; command: string[]; report?: string }
type Counts = { numPassedTests: number; numFailedTests: number; numPendingTests: number }

const reports = mkdtempSync(join(tmpdir(), 'routekey-test-'))
const chromium = findChromium()
const projects = ['unit', 'database', 'integration', 'scale', ...(chromium === null ? [] : ['browser'])]

const steps: Step[] = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  // Before the build, because packing makes the library anew.
  { name: 'package', command: ['npm', 'run', '--silent', 'check:package', '-w', 'routekey'] },
  { name: 'build', command: [process.execPath, 'scripts/build.ts'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: [process.execPath, 'scripts/typecheck.mjs'] },
  ...projects.map((project) => {
    const report = join(reports, `${project}.json`)
    return {
      name: `${project} tests`,
      command: [
        'vitest',
        'run',
        '--project',
        project,
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${report}`,
      ],
      report,
    }
  }),
]

let passed = 0
let failed = 0
let skipped = 0
for (const step of steps) {
  console.log(`\n── ${step.name}`)
  const startedAt = Date.now()
  const [command = '', ...args] = step.command
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, CI: 'true' } })
  const counts = readReport(step.report)
  passed += counts.numPassedTests
  failed += counts.numFailedTests
  skipped += counts.numPendingTests
  // A check that is no test suite, or a suite that broke outside its tests, counts as one failure.
  if (status !== 0 && counts.numFailedTests === 0) failed += 1
  console.log(`── ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}
rmSync(reports, { recursive: true })

if (chromium === null) {
  console.log(
    '\nSkipped the browser tests: no Chromium found. Install one (Debian: apt-get install chromium), or name it in CHROMIUM_PATH.',
  )
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

function readReport(path: string | undefined): Counts {
  if (path === undefined || !existsSync(path)) return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }
  const report: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const count = (key: keyof Counts): number => {
    const value: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, key) : undefined
    if (typeof value !== 'number') throw new Error(`The report ${path} has no number "${key}".`)
    return value
  }
  return {
    numPassedTests: count('numPassedTests'),
    numFailedTests: count('numFailedTests'),
    numPendingTests: count('numPendingTests'),
  }
}
