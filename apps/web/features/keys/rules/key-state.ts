import { type KeyRecord, keyStatus } from 'routekey'

const expiringSoonMs = 7 * 86_400_000

/** What its owner should know about a key: the one thing that matters most. */
export type KeyState =
  | { kind: 'active' | 'disabled' | 'expired' | 'revoked' }
  | { kind: 'expiring'; at: Date }
  /** It was rotated, and the key from before still works. */
  | { kind: 'rotated'; until: Date }

/** Tells the state of a key at an instant. It expires soon when it has a week left, or less. */
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
