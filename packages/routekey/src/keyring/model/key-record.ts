/** A value that survives JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** How often a key may be used. Several limits of one key hold all together. */
export interface KeyLimit {
  /** Unique within the key; it appears in the `RateLimit` field. 1 to 64 letters, digits, `-`, `_` and `.`. */
  readonly name: string
  /** Requests in one window. */
  readonly quota: number
  /** Length of the window, which is aligned to the clock: a window of 3600 starts with the hour, UTC. */
  readonly windowSeconds: number
}

/** What is known about a key. It holds neither the key nor its hash. */
export interface KeyRecord {
  readonly id: string
  /** The user or organisation whose key this is. */
  readonly owner: string
  readonly name: string
  /** The first characters of the key, by which its owner recognises it. */
  readonly start: string
  /** May hold wildcards, such as `reports:*`. */
  readonly scopes: readonly string[]
  readonly limits: readonly KeyLimit[]
  /** Addresses and CIDR ranges; empty for any address. */
  readonly allowedIps: readonly string[]
  readonly metadata: Readonly<Record<string, JsonValue>>
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** Until when a key from before the last rotation passes. */
  readonly graceEndsAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  /** Written with the usage counts, so it lags behind by the time that those are buffered. */
  readonly lastUsedAt: Date | null
}

/** Whether a key works. */
export type KeyStatus = 'active' | 'expired' | 'disabled' | 'revoked'

/**
 * Tells whether a key works at an instant; of several reasons why not, the most lasting one.
 *
 * @param now Default: the present.
 * @example
 * import { keyStatus } from 'routekey'
 *
 * const active = records.filter((record) => keyStatus(record) === 'active')
 */
export function keyStatus(record: KeyRecord, now: Date = new Date()): KeyStatus {
  if (record.revokedAt !== null) return 'revoked'
  if (record.disabledAt !== null) return 'disabled'
  return record.expiresAt !== null && record.expiresAt <= now ? 'expired' : 'active'
}

/** What was done to a key. */
export type AuditAction = 'created' | 'updated' | 'rotated' | 'disabled' | 'enabled' | 'revoked'

/** One line of a key's audit trail. */
export interface AuditEntry {
  readonly id: string
  readonly at: Date
  /** Who did it, as the application named them; null for the application itself. */
  readonly actor: string | null
  readonly action: AuditAction
  /** The properties that changed. */
  readonly changes: Readonly<Record<string, { readonly from: JsonValue; readonly to: JsonValue }>>
}

/** How often a key was used in one hour or day. */
export interface UsageBucket {
  /** The start of the hour or day, UTC. */
  readonly startsAt: Date
  readonly allowed: number
  readonly refused: number
}
