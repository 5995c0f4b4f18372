import type { Denial } from '../../guard/denial.ts'
import { isListedIp } from './ip-range.ts'
import { keyStatus } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'

/**
 * Returns why a key is refused, apart from its scopes and limits, or null if it is accepted.
 *
 * @param ip The caller's address; null if it is unknown.
 */
export function checkKey(
  { record, graceEndsAt, isOwnerActive }: FoundKey,
  now: Date,
  ip: string | null,
): Denial | null {
  const { id: keyId, allowedIps } = record
  const status = keyStatus(record, now)
  const isPastGrace = graceEndsAt !== null && graceEndsAt <= now
  const failing = status === 'active' && isPastGrace ? 'expired' : status
  if (failing !== 'active') return { status: 401, code: `key_${failing}`, keyId }
  if (!isOwnerActive) return { status: 401, code: 'owner_inactive', keyId }
  // An unknown address is not on the list.
  if (allowedIps.length > 0 && (ip === null || !isListedIp(ip, allowedIps))) {
    return { status: 403, code: 'address_not_allowed', keyId }
  }
  return null
}
