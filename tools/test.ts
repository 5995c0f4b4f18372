// npm test: every check and every test. Ends with how many tests passed, failed and were skipped, from the runners' reports.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './find-chromium.ts'
import { runLanes } from './steps/run-lanes.ts'
import type { Step, StepResult } from './steps/run-step.ts'
import {
  build,
  checkDependencies,
  checkFormat,
  checkPackage,
  checkTypes,
  checkUnused,
  checkWords,
  lint,
  runTests,
} from './steps/steps.ts'

const reports = mkdtempSync(join(tmpdir(), 'routekey-test-'))
const hasChromium = findChromium() !== null

/** The lanes of a stage run side by side. */
const stages: Step[][][] = [
  [[build], [checkFormat, checkDependencies, checkUnused, checkWords]],
  [[runTests(['unit', 'database', 'integration', 'security'], { directory: reports })]],
  [[runTests(['scale'], { directory: reports })], [lint, checkTypes, checkPackage]],
  ...(hasChromium ? [[[runTests(['browser'], { directory: reports })]]] : []),
]

const results: StepResult[] = []
for (const stage of stages) results.push(...(await runLanes(stage, 'inherit')))
rmSync(reports, { recursive: true })

const passed = results.reduce((sum, { report }) => sum + (report?.passed ?? 0), 0)
const failures = results.flatMap(failuresOf)
const skips = results.flatMap(({ report }) => report?.skips ?? [])
const missing = new Set(skips)
if (!hasChromium)
  missing.add(
    'The browser tests need Chromium. Install it (Debian: apt-get install chromium-headless-shell), or set CHROMIUM_PATH.',
  )
// Continuous integration has everything, so that no test is forgotten.
if ((process.env.CI ?? '') !== '')
  failures.push(...[...missing].map((reason) => `Skipped, which CI forbids: ${reason}`))
else if (missing.size > 0) console.log(`\nSkipped:\n${[...missing].map((reason) => `- ${reason}`).join('\n')}`)
// Repeated at the end, because some logs keep only that.
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`)
console.log(`\n${passed} passed, ${failures.length} failed${skips.length > 0 ? `, ${skips.length} skipped` : ''}`)
process.exit(failures.length === 0 && passed > 0 ? 0 : 1)

/** A step that has no tests, or that fails although none of its tests did, counts as one failure. */
function failuresOf({ step, isOk, report }: StepResult): readonly string[] {
  const failed = report?.failures ?? []
  return isOk || failed.length > 0 ? failed : [step.name]
}
