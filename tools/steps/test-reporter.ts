import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import type { TestReport } from './test-report.ts'

const messageOf = (errors: readonly { readonly message: string; readonly stack?: string }[]) =>
  errors.map(({ message, stack }) => stack ?? message).join('\n')

/** What failed outside the tests of a file: while it was imported, or in a hook. */
function failuresOutsideTests(file: TestModule): string[] {
  const suites = [file, ...file.children.allSuites()]
  return suites.flatMap((suite) => {
    const errors = suite.errors()
    return errors.length === 0 ? [] : [`${file.relativeModuleId}\n  ${messageOf(errors)}`]
  })
}

function summarise(files: readonly TestModule[], unhandled: readonly SerializedError[]): TestReport {
  let passed = 0
  const failures: string[] = []
  const skips: string[] = []
  for (const file of files) {
    const failuresBefore = failures.length
    for (const test of file.children.allTests()) {
      const result = test.result()
      const name = `${file.relativeModuleId} > ${test.fullName}`
      if (result.state === 'passed') passed += 1
      else if (result.state === 'failed') failures.push(`${name}\n  ${messageOf(result.errors)}`)
      else skips.push(result.state === 'skipped' && result.note !== undefined ? result.note : name)
    }
    failures.push(...failuresOutsideTests(file))
    if (file.state() === 'failed' && failures.length === failuresBefore) failures.push(file.relativeModuleId)
  }
  failures.push(...unhandled.map((error) => `Unhandled error\n  ${messageOf([error])}`))
  return { passed, failures, skips }
}

/** Writes how many tests passed, and which failed or were skipped, to the file that `TEST_REPORT` names. */
class TestReporter implements Reporter {
  onTestRunEnd(files: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env.TEST_REPORT
    if (path === undefined) throw new Error('TEST_REPORT is missing. It names the file to write.')
    writeFileSync(path, JSON.stringify(summarise(files, unhandled)))
  }
}

export default TestReporter // oxlint-disable-line import/no-default-export -- vitest loads it by this name
