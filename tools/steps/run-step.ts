import { spawn } from 'node:child_process'
import { readTestReport, type TestReport } from './test-report.ts'

/** A check or a run of tests, as one command. */
export interface Step {
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
  /** Where its tests are reported; null for a step without tests. */
  readonly reportPath: string | null
}

export interface StepResult {
  readonly step: Step
  readonly isOk: boolean
  /** What it printed. Empty when it printed to the terminal. */
  readonly output: string
  readonly seconds: number
  readonly report: TestReport | null
}

/**
 * Runs a step to its end.
 *
 * @param stdio `pipe` keeps its output, `inherit` prints it as it comes
 */
export async function runStep(step: Step, stdio: 'pipe' | 'inherit'): Promise<StepResult> {
  const startedAt = performance.now()
  const { command, reportPath } = step
  const env = { ...process.env, ...(reportPath !== null && { TEST_REPORT: reportPath }) }
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', stdio, stdio],
    env,
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const seconds = (performance.now() - startedAt) / 1000
  return { step, isOk: status === 0, output, seconds, report: readTestReport(reportPath) }
}
