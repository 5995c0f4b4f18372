import type { KeyUse } from '../verify/limiter.ts'
import type { AuditEntry, JsonValue, KeyLimit, KeyRecord, UsageBucket } from './key-record.ts'

/** A key to be stored. */
export interface NewKey {
  readonly id: string
  /** Of the whole key, as `hashKey` returns it. */
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
  /** How many usable keys the owner can have, this one included; `Infinity`, which JSON turns into null, for any number. */
  readonly maximumKeys: number
}

/** A key found by its hash. */
export interface FoundKey {
  readonly record: KeyRecord
  /** False for a key from before a rotation. */
  readonly isCurrent: boolean
  /** When a key from before a rotation stops working; null for the current one. */
  readonly graceEndsAt: Date | null
  /** False if the owner is deleted or suspended: none of the owner's keys works. */
  readonly isOwnerActive: boolean
  /**
   * The time of the store's clock, if it has one. It decides whether the key has expired, and in which window and hour the request
   * counts.
   */
  readonly now?: Date | undefined
  /**
   * The points that each limit of the key had used in its window before this request. Only if the store has asked the limiter to count
   * it, see {@link KeyUse}: it is counted if it fits in all limits, and else in none.
   */
  readonly usedPoints?: readonly number[] | undefined
}

/** The properties that {@link KeyStore.change} sets. */
export interface KeyUpdate {
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly limits?: readonly KeyLimit[]
  readonly allowedIps?: readonly string[]
  readonly metadata?: Readonly<Record<string, JsonValue>>
  readonly expiresAt?: Date | null
  readonly disabledAt?: Date | null
  readonly revokedAt?: Date
  /** Ends the grace of the last rotation: the earlier hash is no longer valid. */
  readonly graceEndsAt?: null
}

/** Which key to change, for whom, by whom and when. */
export interface ChangeRequest {
  readonly id: string
  /** When given, a key of another owner counts as unknown. */
  readonly owner?: string | undefined
  readonly actor: string | null
  readonly at: Date
}

/** A change of a key, other than a rotation. */
export interface KeyChange extends ChangeRequest {
  readonly action: 'updated' | 'disabled' | 'enabled' | 'revoked'
  readonly set: KeyUpdate
}

/** A new hash for a key. */
export interface KeyRotation extends ChangeRequest {
  readonly hash: string
  readonly start: string
  /** Until when the hash that was current stays valid, but never longer than the key. The hash before it is deleted. */
  readonly graceEndsAt: Date
}

/** Which keys to list. */
export interface KeyQuery {
  readonly owner?: string | undefined
  /** `usable` for keys that are neither revoked nor expired, disabled ones included; `ended` for the others. Default both. */
  readonly state?: 'usable' | 'ended' | undefined
  /** The time by which a key counts as expired. Only a store with a clock gets none: it uses its own. */
  readonly at?: Date | undefined
  readonly after?: string | undefined
  readonly limit: number
}

/** One key, or all keys of an owner together. With both, a key of another owner counts as unknown. */
export type UsageTarget =
  | { readonly id: string; readonly owner?: string }
  | { readonly id?: never; readonly owner: string }

/** Which usage to add up. */
export type UsageQuery = UsageTarget & { readonly unit: 'hour' | 'day'; readonly from: Date }

/** Which part of an audit trail to read. */
export interface AuditQuery {
  readonly id: string
  readonly owner?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
}

/** How many rows {@link KeyStore.prune} deleted. */
export interface PruneReport {
  /** Keys of deleted owners, and keys that ended before the 100 of their owner that ended last. */
  readonly keys: number
  readonly secrets: number
  readonly auditEntries: number
  readonly usageHours: number
}

/** Counts of one key in one hour, to be added to those in the store. */
export interface UsageEntry {
  readonly id: string
  readonly hour: Date
  readonly allowed: number
  readonly refused: number
  readonly lastUsedAt: Date | null
}

/** Counts to be added once, however often they are sent. */
export interface UsageBatch {
  /** A UUID of the keyring that counted. */
  readonly writer: string
  /**
   * 1 for the first batch of the writer, and 1 more for each one after it. A batch is sent again, unchanged, until the store has
   * accepted it, and only then the next.
   */
  readonly number: number
  readonly entries: readonly UsageEntry[]
}

/**
 * Where keys are kept. `routekey/stores/memory`, `…/postgres` and `…/supabase` create stores; you can write your own. Each
 * change is atomic, and adds an entry to the audit trail if it changed anything. A store that fails must throw: null means that
 * the key does not exist, and the caller gets a 401.
 */
export interface KeyStore {
  /**
   * The time of the store's clock, if it has one that all processes share, such as that of a database. It then decides when keys
   * expire, and the clocks of the processes do not matter.
   */
  readonly now?: (() => Promise<Date>) | undefined
  /**
   * Returns null, and stores nothing, if the owner has `maximumKeys` usable keys. The bound must also hold when several keys of
   * one owner are created at once.
   *
   * @throws `ERR_KEY_OWNER` when the owner is deleted or suspended, also if that happens at the same time
   */
  create(key: NewKey): Promise<KeyRecord | null>
  /**
   * The one read of a request. It can use an index: its timing reveals only the hash, and a caller cannot create keys that match
   * part of an unknown SHA-256 hash.
   */
  findByHash(hash: string, use?: KeyUse): Promise<FoundKey | null>
  get(id: string, owner?: string): Promise<KeyRecord | null>
  /** Newest first; with `after`, the keys that follow that one, and none if it is unknown. */
  list(query: KeyQuery): Promise<readonly KeyRecord[]>
  /**
   * Returns null for an unknown key, and for a revoked key unless it is revoked again. `disabledAt` and `revokedAt` keep an earlier
   * time.
   */
  change(change: KeyChange): Promise<KeyRecord | null>
  /** Returns null for an unknown, revoked or expired key. */
  rotate(rotation: KeyRotation): Promise<KeyRecord | null>
  /** Revokes every key of an owner that is not revoked yet, and returns how many. */
  revokeAll(request: { readonly owner: string; readonly actor: string | null; readonly at: Date }): Promise<number>
  /** Deletes every key of an owner with its hashes, usage and audit trail, and returns how many. */
  deleteAll(request: { readonly owner: string }): Promise<number>
  /**
   * Adds counts, unless this batch of the writer or a later one was added before, also if that call failed or is still under way.
   * Entries of unknown keys are dropped.
   */
  recordUsage(batch: UsageBatch): Promise<void>
  /** The hours or days in which a key was used, oldest first; null for an unknown key. */
  readUsage(query: UsageQuery): Promise<readonly UsageBucket[] | null>
  /** Newest first; with `after`, the entries that follow that one, and none if it is unknown; null for an unknown key. */
  readAudit(query: AuditQuery): Promise<readonly AuditEntry[] | null>
  /**
   * Deletes at most `limit` rows of each kind: keys as in {@link PruneReport}, secrets whose grace ended 30 days ago, audit entries
   * after 365 days, usage after 90 days.
   */
  prune(request: { readonly at: Date; readonly limit: number }): Promise<PruneReport>
  /**
   * Calls back when a key changed anywhere, with its id, or with null when changes may have been missed.
   *
   * @returns A function that ends the subscription.
   */
  readonly subscribe?: (onChange: (id: string | null) => void) => Promise<() => Promise<void>>
  /**
   * Says how long a call may take: `createKeyring` passes its `timeoutMs`. A connection that has not answered by then is broken, and the
   * store closes it.
   */
  readonly limitTime?: (timeoutMs: number) => void
}
