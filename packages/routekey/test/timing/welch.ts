/** Computes Welch's t of two samples: the difference of their means, in standard errors. */
function welchT(left: readonly number[], right: readonly number[]): number {
  const [first, second] = [left, right].map((sample) => {
    const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length
    const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length - 1)
    return { mean, error: variance / sample.length }
  })
  if (first === undefined || second === undefined) return Number.NaN
  return (first.mean - second.mean) / Math.sqrt(first.error + second.error)
}

/** Two classes of inputs to a comparison, whose times must be indistinguishable. */
export interface TimingCase {
  readonly name: string
  /** Creates the call for one of the classes, with a new input. */
  readonly prepare: (kind: 'left' | 'right') => () => unknown
}

const samplesPerClass = 20_000
const callsPerSample = 50
const inputsPerClass = 32
const warmUpSamples = 4000
// Interrupts and garbage collection cause a tail that does not depend on the code (dudect, §"Post-processing").
const keptShare = 0.9

/**
 * Times both classes in random order, so that a drift of the machine affects both. A sample is the time of
 * {@link callsPerSample} calls on one of several inputs of its class, so that the place of an input in memory is not mistaken for
 * its content. The slowest tenth of all samples is left out, with the same limit for both classes.
 */
export function measureT({ prepare }: TimingCase): number {
  const calls = (kind: 'left' | 'right') => Array.from({ length: inputsPerClass }, () => prepare(kind))
  const classes = [
    { calls: calls('left'), times: new Array<number>() },
    { calls: calls('right'), times: new Array<number>() },
  ] as const
  let sink = 0
  for (let count = -warmUpSamples; classes.some(({ times }) => times.length < samplesPerClass); count += 1) {
    const chosen = classes[Math.random() < 0.5 ? 0 : 1]
    const call = chosen.calls[Math.floor(Math.random() * inputsPerClass)]
    if (call === undefined) continue
    const start = process.hrtime.bigint()
    for (let index = 0; index < callsPerSample; index += 1) if (call() === undefined) sink += 1
    const elapsed = Number(process.hrtime.bigint() - start)
    if (count >= 0) chosen.times.push(elapsed)
  }
  if (sink > 0) throw new Error('A call returned undefined.')
  const limit = classes.flatMap(({ times }) => times).toSorted((a, b) => a - b)[
    Math.floor((classes[0].times.length + classes[1].times.length) * keptShare)
  ]
  const [left, right] = classes.map(({ times }) => times.filter((time) => time <= (limit ?? Infinity)))
  return welchT(left ?? [], right ?? [])
}
