import type { TaskMeta, TestContext } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** How many attacks a test has tried; 1 if it does not say. */
    attacks?: number
  }
}

/** Tells the summary how many attacks the test tries. */
export function countAttacks({ task }: TestContext, attacks: number): void {
  task.meta.attacks = attacks
}

/** Reads how many attacks a test has tried. */
export function attacksOf(meta: TaskMeta): number {
  return meta.attacks ?? 1
}
