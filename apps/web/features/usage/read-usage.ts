import 'server-only'
import type { UsageBucket } from 'routekey'
import { keyring } from '#features/keys/keyring.ts'
import { hoursKept } from './usage-bars.ts'

/**
 * Reads the usage of a key in the last 30 days, in hours. One read gives both ranges of the chart, so that they agree.
 *
 * @param owner the signed-in user
 * @returns null for an unknown key and for the key of another user
 * @throws `ERR_STORE_UNAVAILABLE`
 */
export async function readKeyUsage(id: string, owner: string): Promise<readonly UsageBucket[] | null> {
  return keyring.usage({ id, owner }, { unit: 'hour', count: hoursKept })
}

/**
 * Reads the total usage of an owner's keys in the last 30 days, in hours.
 *
 * @throws `ERR_STORE_UNAVAILABLE`
 */
export async function readOwnerUsage(owner: string): Promise<readonly UsageBucket[] | null> {
  return keyring.usage({ owner }, { unit: 'hour', count: hoursKept })
}
