import type { Reporter, TestModule } from 'vitest/node'
import { attacksOf } from './count-attacks.ts'

/** Prints how many attacks the security tests have tried, and how many got through. */
class AttackReporter implements Reporter {
  onTestRunEnd(files: readonly TestModule[]): void {
    const tests = files
      .filter(({ moduleId }) => moduleId.includes('/test/security/'))
      .flatMap((file) => [...file.children.allTests()])
    if (tests.length === 0) return
    const attacks = tests.reduce((sum, test) => sum + attacksOf(test.meta()), 0)
    const through = tests.filter((test) => test.result().state !== 'passed').length
    console.log(`\n${attacks} attacks, ${through} through`)
  }
}

export default AttackReporter // oxlint-disable-line import/no-default-export -- vitest loads it by this name
