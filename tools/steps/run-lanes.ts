import { runStep, type Step, type StepResult } from './run-step.ts'

/** Runs lanes of steps side by side, the steps of each lane one after the other, and prints a line for each step that ends. */
export async function runLanes(lanes: readonly (readonly Step[])[], stdio: 'pipe' | 'inherit'): Promise<StepResult[]> {
  const results = await Promise.all(lanes.map((lane) => runLane(lane, stdio)))
  return results.flat()
}

async function runLane(lane: readonly Step[], stdio: 'pipe' | 'inherit'): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const step of lane) {
    // Only tests print as they go: one line a file.
    const result = await runStep(step, step.reportPath === null ? 'pipe' : stdio)
    printResult(result)
    results.push(result)
  }
  return results
}

function printResult({ step, isOk, output, seconds, report }: StepResult): void {
  const counts = report === null ? '' : `: ${report.passed} passed`
  console.log(`${isOk ? '✓' : '✗'} ${step.name}${counts} (${seconds.toFixed(1)} s)`)
  if (!isOk && output !== '') console.log(output.trimEnd())
}
