import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { z } from 'zod'
import { runProcess, type RunningProcess } from './run-process.ts'
import { seedProfiles } from './seed-profiles.ts'
import { sweeperReportSchema } from './settings.ts'
import { startSharedClock, type SharedClock } from './shared-clock.ts'

/** A sweep to measure. */
export interface SweepPlan {
  readonly profiles: number
  /** Processes that sweep at the same time. */
  readonly sweepers: number
  /** How many times as fast as real time the clock of Stripe and the sweepers runs at most. Default: the system's clock. */
  readonly speed?: number
  /** Stripe's limit for one endpoint, by its clock. Default: none. */
  readonly endpointPerSecond?: number
  /** Stripe's latency, by its clock. Default: none. */
  readonly latencyMs?: number
  /**
   * The size of a semi-space of the sweepers' heaps. V8 by default fills three times 16 MB before it collects garbage.
   * Default: V8's.
   */
  readonly semiSpaceMb?: number
  /** Whether to measure the memory in use, which slows the sweep down. Default: false. */
  readonly measuresHeldMemory?: boolean
}

/** The results of a sweep. */
export interface SweepMeasurement {
  /** From the start of the first sweep until the last profile was done, by their clock. */
  readonly seconds: number
  readonly perSecond: number
  /** Requests to Stripe, and how many of them got a 429. */
  readonly requests: number
  readonly limited: number
  /** Customers in Stripe, and the number of profiles that they belong to. */
  readonly customers: number
  readonly customersOfDistinctProfiles: number
  /** Profiles whose customer has the profile's id in Stripe. */
  readonly linked: number
  readonly reports: z.infer<typeof sweeperReportSchema>[]
}

const standInStateSchema = z.object({
  requests: z.object({ total: z.int(), byStatus: z.record(z.string(), z.int()) }),
  customers: z.array(z.object({ id: z.string(), metadata: z.object({ profile_id: z.string() }) })),
})

/** Sweeps pending profiles in separate processes, on a real PostgreSQL and with a Stripe stand-in in its own process. */
export async function measureSweep(plan: SweepPlan): Promise<SweepMeasurement> {
  const {
    profiles,
    sweepers,
    speed = null,
    endpointPerSecond = null,
    latencyMs = 0,
    semiSpaceMb,
    measuresHeldMemory = false,
  } = plan
  const running: RunningProcess[] = []
  let clock: SharedClock | undefined
  const server = await startTestPostgres()
  const database = new Client({ connectionString: server.url })
  try {
    await database.connect()
    await seedProfiles(database, { total: profiles, pending: profiles })
    const standIn = runProcess('stand-in-process.ts', { sharesClock: speed !== null, endpointPerSecond, latencyMs })
    running.push(standIn)
    const stripePort = z.int().parse(await standIn.read())

    const flags = semiSpaceMb === undefined ? [] : [`--max-semi-space-size=${semiSpaceMb}`]
    const settings = { databaseUrl: server.url, stripePort, speed, measuresHeldMemory }
    const processes = Array.from({ length: sweepers }, () => runProcess('sweeper-process.ts', settings, flags))
    running.push(...processes)
    // They begin together, because starting a process takes long on a fast clock.
    await Promise.all(processes.map((sweeper) => sweeper.read()))
    if (speed !== null) clock = startSharedClock(running, speed)
    for (const sweeper of processes) sweeper.proceed()
    const reports = await Promise.all(processes.map(async (sweeper) => sweeperReportSchema.parse(await sweeper.read())))

    const response = await fetch(`http://127.0.0.1:${stripePort}/_sandbox/state`)
    const { requests, customers } = standInStateSchema.parse(await response.json())
    const owners = new Map(customers.map(({ id, metadata }) => [id, metadata.profile_id]))
    const { rows } = await database.query<{ id: string; stripe_customer: string | null }>(
      'select id, stripe_customer from public.profile',
    )
    const startedAtMs = Math.min(...reports.map((report) => report.startedAtMs))
    const seconds = (Math.max(...reports.map((report) => report.lastDoneAtMs)) - startedAtMs) / 1000
    return {
      seconds,
      perSecond: profiles / seconds,
      requests: requests.total,
      limited: requests.byStatus['429'] ?? 0,
      customers: customers.length,
      customersOfDistinctProfiles: new Set(owners.values()).size,
      linked: rows.filter((row) => row.stripe_customer !== null && owners.get(row.stripe_customer) === row.id).length,
      reports,
    }
  } finally {
    await clock?.stop()
    await Promise.all(running.map((child) => child.stop()))
    await database.end()
    await server.stop()
  }
}
