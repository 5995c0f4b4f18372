import { type KeyRecord, keyStatus } from 'routekey'

const expiringSoonMs = 7 * 86_400_000

/** The state of a key that matters most to its owner. */
export type KeyState =
  | { kind: 'active' | 'disabled' | 'expired' | 'revoked' }
  | { kind: 'expiring'; at: Date }
  /** It was rotated, and the old key still works. */
  | { kind: 'rotated'; until: Date }

/** Returns the state of a key at an instant. It is `expiring` during its last week. */
export function keyState(record: KeyRecord, now: Date): KeyState {
  const status = keyStatus(record, now)
  if (status !== 'active') return { kind: status }
  const { graceEndsAt, expiresAt } = record
  if (graceEndsAt !== null && graceEndsAt > now) return { kind: 'rotated', until: graceEndsAt }
  if (expiresAt !== null && expiresAt.getTime() - now.getTime() <= expiringSoonMs) {
    return { kind: 'expiring', at: expiresAt }
  }
  return { kind: 'active' }
}
