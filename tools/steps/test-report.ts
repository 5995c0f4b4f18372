import { existsSync, readFileSync } from 'node:fs'

/** How the tests of one run ended. */
export interface TestReport {
  readonly passed: number
  /** One text for each test, or file, that failed. */
  readonly failures: readonly string[]
  /** The reason of each test that was skipped. */
  readonly skips: readonly string[]
}

/** Reads what `test-reporter.ts` wrote; null when it wrote nothing. */
export function readTestReport(path: string | null): TestReport | null {
  if (path === null || !existsSync(path)) return null
  const report: TestReport = JSON.parse(readFileSync(path, 'utf8'))
  return report
}
