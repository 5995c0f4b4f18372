import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const testReportSchema = z.object({
  passed: z.int(),
  /** One text for each test, or file, that failed. */
  failures: z.array(z.string()),
  /** The reason of each test that was skipped. */
  skips: z.array(z.string()),
})

/** How the tests of one run ended. */
export type TestReport = z.infer<typeof testReportSchema>

/** Reads the report that `test-reporter.ts` wrote. Returns null if it wrote none. */
export function readTestReport(path: string | null): TestReport | null {
  if (path === null || !existsSync(path)) return null
  return testReportSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
}
