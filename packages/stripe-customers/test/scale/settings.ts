import { z } from 'zod'

/** The settings of the stand-in's process. */
export const standInSettingsSchema = z.object({
  /** Whether it follows the shared clock and not the system's. */
  sharesClock: z.boolean(),
  endpointPerSecond: z.number().positive().nullable().default(null),
  latencyMs: z.number().min(0).default(0),
})

/** The settings of a sweeper's process. */
export const sweeperSettingsSchema = z.object({
  databaseUrl: z.string(),
  stripePort: z.int(),
  /** How many times as fast as real time the shared clock runs, or null for the system's clock. */
  speed: z.number().positive().nullable(),
  /** Whether it collects garbage to read the memory in use, which takes time. */
  measuresHeldMemory: z.boolean(),
})

/** The report that a sweeper's process prints when no work is pending. */
export const sweeperReportSchema = z.object({
  /** When the first sweep began and when its last profile was done, by its clock. */
  startedAtMs: z.number(),
  lastDoneAtMs: z.number(),
  done: z.int(),
  retrying: z.int(),
  failed: z.int(),
  lost: z.int(),
  /** Resident memory at the start of the sweep, and its maximum. */
  startRssMb: z.number(),
  maxRssMb: z.number(),
  /** The most memory in use during the sweep. 0 if it was not measured. */
  maxHeldMb: z.number(),
  cpuSeconds: z.number(),
})
