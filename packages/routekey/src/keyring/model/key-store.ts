import type { AuditEntry, JsonValue, KeyLimit, KeyRecord, UsageBucket } from './key-record.ts'

/** A key to be stored. */
export interface NewKey {
  readonly id: string
  /** Of the whole key, as `hashKey` gives it. */
  readonly hash: string
  readonly owner: string
  readonly name: string
  readonly start: string
  readonly scopes: readonly string[]
  readonly limits: readonly KeyLimit[]
  readonly allowedIps: readonly string[]
  readonly metadata: Readonly<Record<string, JsonValue>>
  readonly expiresAt: Date | null
  readonly actor: string | null
  readonly at: Date
}

/** What a look-up finds. */
export interface FoundKey {
  readonly record: KeyRecord
  /** False for a key from before a rotation. */
  readonly isCurrent: boolean
  /** When a key from before a rotation stops to pass; null for the current one. */
  readonly graceEndsAt: Date | null
}

/** What {@link KeyStore.change} may set. */
export interface KeyUpdate {
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly limits?: readonly KeyLimit[]
  readonly allowedIps?: readonly string[]
  readonly metadata?: Readonly<Record<string, JsonValue>>
  readonly expiresAt?: Date | null
  readonly disabledAt?: Date | null
  readonly revokedAt?: Date
}

/** Which key, for whom, by whom and when. */
export interface ChangeRequest {
  readonly id: string
  /** When given, a key of another owner counts as unknown. */
  readonly owner?: string
  readonly actor: string | null
  readonly at: Date
}

/** A change of a key, other than a rotation. */
export interface KeyChange extends ChangeRequest {
  readonly action: 'updated' | 'disabled' | 'enabled' | 'revoked'
  readonly set: KeyUpdate
}

/** A new key in place of one that is known. */
export interface KeyRotation extends ChangeRequest {
  readonly hash: string
  readonly start: string
  /** Until when the earlier keys pass; those that end sooner still do. */
  readonly graceEndsAt: Date
}

/** Counts of one key in one hour, to be added to those in the store. */
export interface UsageEntry {
  readonly id: string
  readonly hour: Date
  readonly allowed: number
  readonly refused: number
  readonly lastUsedAt: Date | null
}

/**
 * Where keys are kept. `routekey/stores/memory`, `…/postgres` and `…/supabase` make stores; an object of your own is one too.
 * Each change is atomic, and leaves its line in the audit trail if it changed anything. Whatever fails must throw: an answer of
 * null means that there is no such key, and the caller gets a 401.
 */
export interface KeyStore {
  create(key: NewKey): Promise<KeyRecord>
  /**
   * The one read of a request. The look-up may use an index: what its time tells about is the hash, and whoever can make
   * keys to match a part of an unknown hash has broken SHA-256.
   */
  findByHash(hash: string): Promise<FoundKey | null>
  get(id: string, owner?: string): Promise<KeyRecord | null>
  /** The newest first; with `after`, those that follow that key. */
  list(query: {
    readonly owner?: string
    readonly after?: string
    readonly limit: number
  }): Promise<readonly KeyRecord[]>
  /**
   * Returns null for an unknown key and, but for another revocation, for a revoked one. `disabledAt` and `revokedAt` keep an
   * earlier time.
   */
  change(change: KeyChange): Promise<KeyRecord | null>
  /** Returns null for an unknown, revoked or expired key. */
  rotate(rotation: KeyRotation): Promise<KeyRecord | null>
  /** Adds counts. Entries of unknown keys are dropped. */
  recordUsage(entries: readonly UsageEntry[]): Promise<void>
  /** The buckets in which the key was used, the oldest first. */
  readUsage(query: {
    readonly id: string
    readonly unit: 'hour' | 'day'
    readonly from: Date
  }): Promise<readonly UsageBucket[]>
  /** The newest first. */
  readAudit(query: { readonly id: string; readonly limit: number }): Promise<readonly AuditEntry[]>
  /**
   * Calls back when a key changed anywhere, with its id, or with null when changes may have been missed.
   *
   * @returns What ends the subscription.
   */
  readonly subscribe?: (onChange: (id: string | null) => void) => Promise<() => Promise<void>>
}
