// Runs every check and every test, and closes with how many passed and failed, counted from the runners' own reports.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { JsonTestResults } from 'vitest/node'
import { findChromium } from './find-chromium.ts'

interface Step {
  readonly name: string
  readonly command: string[]
  readonly report?: string
}
/** `output`: what it printed, but for what went straight to the terminal. */
interface Result {
  readonly status: number | null
  readonly output: string
  readonly seconds: number
}

const reports = mkdtempSync(join(tmpdir(), 'routekey-test-'))
const chromium = findChromium()

/** The steps of a stage run at once. The first prints as it goes, the others when it has ended. */
const stages: [first: Step, ...others: Step[]][] = [
  // Before the build, because packing makes the library anew.
  [
    { name: 'package', command: ['npm', 'run', '--silent', 'check:package', '-w', 'routekey'] },
    { name: 'format', command: ['oxfmt', '--check', '.'] },
  ],
  [{ name: 'build', command: [process.execPath, 'tools/build.ts'] }],
  [testStep('unit', 'database', 'integration')],
  [
    // Measures, so no other test may run beside it. These two are short, and what is measured bears with them.
    testStep('scale'),
    { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
    { name: 'types', command: [process.execPath, 'tools/typecheck.mjs'] },
  ],
]
if (chromium !== null) stages.push([testStep('browser')])

let passed = 0
let failed = 0
let skipped = 0
const failures: string[] = []
for (const [first, ...others] of stages) {
  const results = others.map((step) => run(step, 'pipe'))
  console.log(`\n── ${first.name}`)
  close(first, await run(first, 'inherit'))
  for (const [index, step] of others.entries()) {
    const result = await results[index]
    if (result === undefined) continue
    console.log(`\n── ${step.name}\n${result.output.trimEnd()}`)
    close(step, result)
  }
}
rmSync(reports, { recursive: true })

if (chromium === null) {
  console.log(
    '\nSkipped the browser tests: no Chromium found. Install one (Debian: apt-get install chromium-headless-shell), or name it in CHROMIUM_PATH.',
  )
}
// Again at the end, where the end is all that a log keeps.
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

function testStep(...projects: string[]): Step {
  const report = join(reports, `${projects[0]}.json`)
  const selection = projects.flatMap((project) => ['--project', project])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const name = `${new Intl.ListFormat('en').format(projects)} tests`
  return { name, command: ['vitest', 'run', ...selection, ...reporters], report }
}

function run({ command: [program = '', ...args] }: Step, stdio: 'inherit' | 'pipe'): Promise<Result> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', stdio, stdio], env: { ...process.env, CI: 'true' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text))
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, output, seconds: (performance.now() - startedAt) / 1000 }))
  })
}

function close(step: Step, { status, seconds }: Result): void {
  const found = step.report !== undefined && existsSync(step.report) ? readReport(step.report) : []
  // A check that is no test suite, or a suite that broke outside its tests, counts as one failure.
  if (status !== 0 && found.length === 0) found.push(step.name)
  failed += found.length
  failures.push(...found)
  console.log(`── ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} in ${seconds.toFixed(1)} s`)
}

/** Counts the tests of a report, and tells those that failed: a file that broke outside its tests is one failure. */
function readReport(path: string): string[] {
  const report: JsonTestResults = JSON.parse(readFileSync(path, 'utf8'))
  passed += report.numPassedTests
  skipped += report.numPendingTests
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative('.', name)
    const tests = assertionResults.filter((test) => test.status === 'failed')
    if (tests.length === 0) return status === 'failed' ? [`${file}: ${message}`] : []
    return tests.map(({ fullName, failureMessages }) => `${file} > ${fullName}\n  ${failureMessages?.[0] ?? ''}`)
  })
}
