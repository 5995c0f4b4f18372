/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** How often a key can be used. All limits of a key apply. */
export interface KeyLimit {
  /** Unique within the key; it appears in the `RateLimit` field. 1 to 64 letters, digits, `-`, `_` and `.`. */
  readonly name: string
  /** Requests in one window, each with its `cost`. */
  readonly quota: number
  /** Windows are aligned to the clock: a window of 3600 starts with the hour, UTC. */
  readonly windowSeconds: number
}

/** A stored key, without the key itself and its hash. */
export interface KeyRecord {
  readonly id: string
  /** The user or organisation that the key belongs to. */
  readonly owner: string
  readonly name: string
  /** The first characters of the key, so that its owner recognises it. */
  readonly start: string
  /** Can contain wildcards, such as `reports:*`. */
  readonly scopes: readonly string[]
  readonly limits: readonly KeyLimit[]
  /** Addresses and CIDR ranges; empty for any address. */
  readonly allowedIps: readonly string[]
  readonly metadata: Readonly<Record<string, JsonValue>>
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** The key from before the last rotation works until then. */
  readonly graceEndsAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  /** Written with the usage counts, so it is as late as they are. */
  readonly lastUsedAt: Date | null
}

/** Whether a key works. */
export type KeyStatus = 'active' | 'expired' | 'disabled' | 'revoked'

/**
 * Returns whether a key works at an instant. If several reasons apply why it does not, the most permanent one wins.
 *
 * @param now Default: the current time.
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

export type AuditAction = 'created' | 'updated' | 'rotated' | 'disabled' | 'enabled' | 'revoked'

/** A change of a key. */
export interface AuditEntry {
  /** The cursor for the next page of `keyring.audit`. */
  readonly id: string
  readonly at: Date
  /** The `actor` that the application passed; null if it passed none. */
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
