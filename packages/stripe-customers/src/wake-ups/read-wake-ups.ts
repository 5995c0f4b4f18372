import { z } from 'zod'
import type { DatabaseFunctions } from '../store/database-functions.ts'
import { createParsedFunctions } from '../store/parsed-functions.ts'
import { judgeWakeUps, type WakeUps } from './judge-wake-ups.ts'

const reportSchema = z
  .object({
    installed: z.boolean(),
    configured: z.boolean(),
    made_by_wake_up: z.int(),
    made_by_schedule: z.int(),
    results: z.record(z.string(), z.number()),
    newest_results: z.array(z.string()),
  })
  .transform(({ installed, configured, results, ...row }) => ({
    installed,
    configured,
    madeByWakeUp: row.made_by_wake_up,
    madeBySchedule: row.made_by_schedule,
    results,
    newestResults: row.newest_results,
  }))

/**
 * Reads what became of the wake-ups of the last hour.
 *
 * @throws `StripeCustomersError` if the database fails
 */
export async function readWakeUps(functions: DatabaseFunctions): Promise<WakeUps> {
  return judgeWakeUps(await createParsedFunctions(functions).row(reportSchema, 'report_stripe_customer_wake_ups', {}))
}
