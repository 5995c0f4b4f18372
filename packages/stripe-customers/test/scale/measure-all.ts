// Measures the engine that gives every profile its Stripe customer. Run it with:
// npm exec -- node packages/stripe-customers/test/scale/measure-all.ts
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { createSeededDatabase, measureClaimsMs } from './measure-claims.ts'
import { measureSweep, type SweepPlan } from './measure-sweep.ts'

const profileCount = 10_000
const allowedPerSecond = 25

await reportClaims([10_000, 100_000, 1_000_000], [1, 24, 100])
await reportPace({ speed: 10, sweepers: 1 })
await reportPace({ speed: 10, sweepers: 4 })
await reportThroughput({ profiles: profileCount, sweepers: 1 })
await reportThroughput({ profiles: profileCount, sweepers: 1, semiSpaceMb: 8 })
await reportThroughput({ profiles: 4 * profileCount, sweepers: 1 })
await reportThroughput({ profiles: 4 * profileCount, sweepers: 1, semiSpaceMb: 8 })

/** Prints the median times to claim 1, 24 and 100 rows from tables of several sizes. 1,000 rows of each table are due. */
async function reportClaims(totals: number[], batches: number[]): Promise<void> {
  const server = await startTestPostgres({
    settings: { shared_buffers: '512MB', max_wal_size: '4GB', autovacuum: 'off' },
  })
  try {
    const clients = []
    for (const total of totals) clients.push(await createSeededDatabase(server, { total, pending: 1000 }))
    for (const batch of batches) {
      const medians = await measureClaimsMs(clients, batch)
      const columns = totals.map((total, index) => `${format(medians[index] ?? Number.NaN, 2)} ms of ${format(total)}`)
      print(`claim ${batch}: ${columns.join(', ')}`)
    }
    await Promise.all(clients.map((client) => client.end()))
  } finally {
    await server.stop()
  }
}

/** Prints how much of the rate that Stripe allows is used, at 200 ms of latency. */
async function reportPace(plan: Pick<SweepPlan, 'speed' | 'sweepers'>): Promise<void> {
  const options = { profiles: profileCount, endpointPerSecond: allowedPerSecond, latencyMs: 200 }
  const { perSecond, requests, limited, customersOfDistinctProfiles, customers } = await measureSweep({
    ...options,
    ...plan,
  })
  print(
    `pace of ${plan.sweepers} at ${allowedPerSecond}/s: ${format((perSecond / allowedPerSecond) * 100, 1)} % used, ` +
      `${format((limited / requests) * 100, 2)} % of ${format(requests)} calls refused, ` +
      `${format(customers - customersOfDistinctProfiles)} duplicates`,
  )
}

/** Prints how many profiles are done per second without a rate limit. */
async function reportThroughput(plan: Pick<SweepPlan, 'profiles' | 'semiSpaceMb' | 'sweepers'>): Promise<void> {
  const { perSecond, reports } = await measureSweep(plan)
  const memory = reports.map(({ startRssMb, maxRssMb }) => `${format(startRssMb)} to ${format(maxRssMb)} MB`)
  const cpuMs = (reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / plan.profiles) * 1000
  const heap = plan.semiSpaceMb === undefined ? '' : `, semi-space ${plan.semiSpaceMb} MB`
  print(
    `throughput on ${format(plan.profiles)}${heap}: ${format(perSecond)}/s, ${format(cpuMs, 2)} ms of CPU each, ` +
      `resident ${memory.join(' and ')}`,
  )
}

function format(value: number, digits = 0): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
