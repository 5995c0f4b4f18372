import { z } from 'zod'

/** What the stand-in's process is told. */
export const standInSettingsSchema = z.object({
  /** Whether it lives by the clock that it is told, and not by the system's. */
  sharesClock: z.boolean(),
  endpointPerSecond: z.number().positive().nullable().default(null),
  latencyMs: z.number().min(0).default(0),
})

/** What a sweeper's process is told. */
export const sweeperSettingsSchema = z.object({
  databaseUrl: z.string(),
  stripePort: z.int(),
  /** How many times as fast as the wall's the clock goes that it is told, or null for the system's clock. */
  speed: z.number().positive().nullable(),
})

/** What a sweeper's process prints when nothing is pending any more. */
export const sweeperReportSchema = z.object({
  /** When the first sweep began and when its last profile was done, by its clock. */
  startedAtMs: z.number(),
  lastDoneAtMs: z.number(),
  done: z.int(),
  retrying: z.int(),
  failed: z.int(),
  lost: z.int(),
  /** Resident memory when the sweep begins, and the most that it was. */
  startRssMb: z.number(),
  maxRssMb: z.number(),
  cpuSeconds: z.number(),
})
