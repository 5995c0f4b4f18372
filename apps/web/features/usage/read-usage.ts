import 'server-only'
import type { UsageBucket } from 'routekey'
import { keyring } from '#features/keys/keyring.ts'
import { hoursKept } from './usage-bars.ts'

/**
 * Reads the last 30 days of a key, by the hour: one read gives both ranges of the chart, and they agree.
 *
 * @param owner the signed-in user; a key of anyone else counts as unknown
 * @returns null for an unknown key
 * @throws RoutekeyError `ERR_STORE_UNAVAILABLE`
 */
export async function readKeyUsage(id: string, owner: string): Promise<readonly UsageBucket[] | null> {
  return keyring.usage({ id, owner }, { unit: 'hour', count: hoursKept })
}

/**
 * Reads the last 30 days of all keys of an owner together, by the hour.
 *
 * @param owner the signed-in user
 * @throws RoutekeyError `ERR_STORE_UNAVAILABLE`
 */
export async function readOwnerUsage(owner: string): Promise<readonly UsageBucket[] | null> {
  return keyring.usage({ owner }, { unit: 'hour', count: hoursKept })
}
