/** One way to do some work. All ways of a comparison get inputs of the same kind. */
export interface Way<Input> {
  readonly name: string
  /** Creates the inputs of one round; not timed. */
  readonly prepare: (count: number) => readonly Input[]
  /** Works on every input, one after the other; timed. */
  readonly work: (inputs: readonly Input[]) => Promise<void> | void
}

/** The median and the quartiles between which half of the rounds are. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Result {
  readonly name: string
  /** CPU time for one input. */
  readonly microseconds: Spread
  /** The time divided by that of the first way in the same round. */
  readonly ratio: Spread
}

export interface Rounds {
  readonly warmUp: number
  readonly timed: number
  /** Inputs of one way in one round. */
  readonly inputs: number
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/**
 * Measures several ways in one process. Each round runs all of them, in an order that changes from round to round, so other work of
 * the machine disturbs all of them alike. It measures CPU time, which does not grow while the process waits for its turn. The ratios are
 * those of one round.
 */
export async function compare<Input>(
  ways: readonly Way<Input>[],
  { warmUp, timed, inputs }: Rounds,
): Promise<Result[]> {
  const times = ways.map((): number[] => [])
  for (let round = 0; round < warmUp + timed; round += 1) {
    for (let turn = 0; turn < ways.length; turn += 1) {
      const index = (round + turn) % ways.length
      const way = ways[index]
      if (way === undefined) continue
      const prepared = way.prepare(inputs)
      const before = process.cpuUsage()
      // oxlint-disable-next-line no-await-in-loop -- two at once would disturb each other
      await way.work(prepared)
      const { user, system } = process.cpuUsage(before)
      if (round >= warmUp) times[index]?.push((user + system) / inputs)
    }
  }
  const [reference = []] = times
  return ways.map(({ name }, index) => {
    const own = times[index] ?? []
    return {
      name,
      microseconds: spreadOf(own),
      ratio: spreadOf(own.map((time, round) => time / (reference[round] ?? NaN))),
    }
  })
}
