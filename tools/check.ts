// npm run check: everything about the code that takes no running application. Prints a line for each step, and the output
// of those that fail.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackages } from './build-if-stale.ts'
import { runLanes } from './steps/run-lanes.ts'
import {
  auditApplication,
  checkDependencies,
  checkFormat,
  checkTypes,
  checkUnused,
  checkWords,
  lint,
  runTests,
} from './steps/steps.ts'

const reports = mkdtempSync(join(tmpdir(), 'routekey-check-'))
// The application's types come from the built library.
await buildPackages()
const results = await runLanes(
  [
    [runTests(['unit'], { directory: reports, isBrief: true })],
    [checkFormat, auditApplication, checkDependencies, checkUnused, checkWords, lint, checkTypes],
  ],
  'pipe',
)
rmSync(reports, { recursive: true })
const failed = results.filter(({ isOk }) => !isOk).map(({ step }) => step.name)
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
