// Measures how long the library takes to decide about a request, beside what cannot be avoided.
import { parseArgs } from 'node:util'

import { type Result, type Rounds, type Spread, compare } from './compare.ts'
import { keyringWays } from './keyring-ways.ts'
import { routeWays, secretWays } from './secret-ways.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '150' } },
})
const timed = Number(values.rounds)
if (!Number.isInteger(timed) || timed < 1) throw new Error('--rounds must be a whole number of at least 1.')
const rounds: Rounds = { warmUp: 50, timed, inputs: 1000 }

const keyCounts = [1000, 1_000_000]
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name)
const tables: Record<string, readonly Result[]> = {}
if (wanted('secret')) tables['authenticate with envSecret'] = await compare(secretWays(), rounds)
if (wanted('route')) tables['withKey with envSecret'] = await compare(routeWays(), rounds)
for (const count of keyCounts.filter((size) => wanted(String(size)))) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  tables[`keyring in memory, ${count.toLocaleString('en')} keys`] = await compare(await keyringWays(count), {
    ...rounds,
    inputs: 1000,
  })
}

const show = ({ median, low, high }: Spread) => `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
if (values.json) {
  console.log(JSON.stringify(tables, null, 2))
} else {
  for (const [title, results] of Object.entries(tables)) {
    console.log(`\n${title}`)
    console.table(
      Object.fromEntries(
        results.map(({ name, microseconds, ratio }) => [name, { µs: show(microseconds), 'of the first': show(ratio) }]),
      ),
    )
  }
}
