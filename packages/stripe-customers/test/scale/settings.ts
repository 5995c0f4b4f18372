import { z } from 'zod'

/** What the stand-in's process is told. Times are the ones of its clock. */
export const standInSettings = z.object({
  speed: z.number().positive().default(1),
  endpointPerSecond: z.number().positive().nullable().default(null),
  latencyMs: z.number().min(0).default(0),
})

/** What a sweeper's process is told. */
export const sweeperSettings = z.object({
  databaseUrl: z.string(),
  stripePort: z.int(),
  speed: z.number().positive().default(1),
})

/** What a sweeper's process prints when nothing is pending any more. */
export const sweeperReport = z.object({
  /** When the first sweep began, by the wall's clock. */
  startedAtMs: z.number(),
  done: z.int(),
  retrying: z.int(),
  failed: z.int(),
  lost: z.int(),
  /** Resident memory when the sweep begins, and the most that it was. */
  startRssMb: z.number(),
  maxRssMb: z.number(),
  cpuSeconds: z.number(),
})
