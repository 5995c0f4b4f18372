/** Processor time of this thread. The clock on the wall would count what other processes do as well. */
function usedMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Starts to measure, and returns a function that gives the processor time spent since, divided by a count. */
export function startMeasuring(): (count: number) => number {
  const start = usedMicroseconds()
  return (count) => (usedMicroseconds() - start) / count
}

/**
 * Compares the costs of two kinds of work that were measured in turn, so that the speed of the machine cancels out. Uses
 * medians, because a batch is slow when another process evicts the processor's caches.
 */
export function costRatio(costs: readonly number[], referenceCosts: readonly number[]): number {
  return median(costs) / median(referenceCosts)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
