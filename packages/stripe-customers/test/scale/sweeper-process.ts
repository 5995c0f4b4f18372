// Sweeps in its own process, from the end of its input until no work is pending, and prints a report. The first argument is
// JSON, see `sweeperSettingsSchema`.
import { setInterval, clearInterval } from 'node:timers'
import { text } from 'node:stream/consumers'
import { Pool } from 'pg'
import type { z } from 'zod'
import { createStripeCustomers } from '../../src/index.ts'
import { createStripe } from '../test-stack.ts'
import { systemTiming } from '../../src/timing.ts'
import { createFastDatabase } from './fast-database.ts'
import { readHeldBytes } from './read-held-bytes.ts'
import { sweeperSettingsSchema, type sweeperReportSchema } from './settings.ts'
import { followSharedClock } from './shared-clock.ts'

const { databaseUrl, stripePort, speed, measuresHeldMemory } = sweeperSettingsSchema.parse(
  JSON.parse(process.argv[2] ?? '{}'),
)
const pool = new Pool({ connectionString: databaseUrl })
const { clock, sleep } = speed === null ? systemTiming : followSharedClock()
let lastDoneAtMs = 0
const customers = createStripeCustomers({
  postgres: speed === null ? pool : createFastDatabase(pool, speed),
  stripe: createStripe({ port: stripePort }),
  clock,
  sleep,
  onEvent: ({ type }) => {
    if (type === 'created') lastDoneAtMs = clock().getTime()
  },
})

async function isPending(): Promise<boolean> {
  const { rows } = await pool.query("select from public.stripe_customer_work where state = 'pending' limit 1")
  return rows.length > 0
}

const readRssMb = () => process.memoryUsage.rss() / 2 ** 20
await isPending()
process.stdout.write('"ready"\n')
await text(process.stdin)

const report: z.infer<typeof sweeperReportSchema> = {
  startedAtMs: clock().getTime(),
  lastDoneAtMs: 0,
  done: 0,
  retrying: 0,
  failed: 0,
  lost: 0,
  startRssMb: readRssMb(),
  maxRssMb: 0,
  maxHeldMb: 0,
  cpuSeconds: 0,
}
const watch = setInterval(() => {
  report.maxRssMb = Math.max(report.maxRssMb, readRssMb())
}, 50)
const watchHeld = setInterval(() => {
  if (measuresHeldMemory) report.maxHeldMb = Math.max(report.maxHeldMb, readHeldBytes() / 2 ** 20)
}, 500)

while (await isPending()) {
  const result = await customers.sweep()
  for (const outcome of ['done', 'retrying', 'failed', 'lost'] as const) report[outcome] += result[outcome]
  // A scheduler sweeps less often, but the time of the last few profiles does not count.
  await sleep(500)
}

clearInterval(watch)
clearInterval(watchHeld)
await pool.end()
const { user, system } = process.cpuUsage()
report.lastDoneAtMs = lastDoneAtMs
report.cpuSeconds = (user + system) / 1e6
process.stdout.write(`${JSON.stringify(report)}\n`)
if (speed !== null) process.disconnect()
