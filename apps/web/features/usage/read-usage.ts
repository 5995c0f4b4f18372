import 'server-only'
import type { UsageBucket } from 'routekey'
import { z } from 'zod'
import { keyring } from '#features/keys/keyring.ts'
import { createServiceClient } from '#server/supabase.ts'
import { hoursKept, lastMonth, rangeStart } from './usage-bars.ts'

const sumSchema = z.array(z.object({ startsAt: z.coerce.date(), allowed: z.number(), refused: z.number() }))

/**
 * Reads the last 30 days of a key, by the hour: one read gives both ranges of the chart, and they agree.
 *
 * @param owner the signed-in user; a key of anyone else counts as unknown
 * @returns null for an unknown key
 * @throws RoutekeyError `ERR_STORE_UNAVAILABLE`
 */
export async function readKeyUsage(id: string, owner: string): Promise<readonly UsageBucket[] | null> {
  return keyring.usage(id, { unit: 'hour', count: hoursKept, owner })
}

/**
 * Reads the last 30 days of all keys of an owner together, by the hour. Hours without use are left out.
 *
 * @param owner the signed-in user
 * @throws Error when Supabase answers with an error or with another shape
 */
export async function readOwnerUsage(owner: string): Promise<readonly UsageBucket[]> {
  await keyring.flush()
  const input = { owner, from: rangeStart(lastMonth, new Date()) }
  const { data, error } = await createServiceClient().rpc('sum_api_key_usage', { input })
  if (error) throw new Error('Supabase did not give the usage', { cause: error })
  return sumSchema.parse(data)
}
