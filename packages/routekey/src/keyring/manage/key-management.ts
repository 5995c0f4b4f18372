import type { AuditEntry, KeyRecord, UsageBucket } from '../model/key-record.ts'
import type { PruneReport, UsageTarget } from '../model/key-store.ts'
import type { GrantedScope } from '../model/scopes.ts'
import type { KeyInput } from './key-input.ts'

/** Limits a call to the keys of one owner. */
export interface OwnerFilter {
  /** When given, a key of another owner counts as unknown. Pass it whenever the id comes from a user. */
  readonly owner?: string
}

/** Who changes a key, and for which owner. */
export interface Actor extends OwnerFilter {
  /** Appears in the audit trail. Default: the owner, if given. */
  readonly actor?: string
}

/** Limits the scopes that a key can get. */
export interface GrantLimit {
  /** The scopes that the creator can grant; they can have wildcards. Default: any scope. */
  readonly grantable?: readonly string[]
}

/** A new key. */
export interface CreateKeyOptions<Scope extends string = string> extends KeyInput<GrantedScope<Scope>>, GrantLimit {
  /** The user or organisation that the key belongs to. */
  readonly owner: string
  readonly name: string
  /** Appears in the audit trail. Default: the owner. */
  readonly actor?: string
}

/** A key in plaintext, which nothing stores, and its record. */
export interface CreatedKey {
  readonly key: string
  readonly record: KeyRecord
}

/** The owner has as many keys as {@link KeyringOptions.maximumKeysPerOwner} allows. Nothing was created. */
export interface TooManyKeys {
  readonly ok: false
  readonly reason: 'too_many_keys'
  readonly maximum: number
}

/**
 * The part of a keyring that changes and shows keys. A method that takes an id returns null for an unknown one.
 *
 * `Refusal` is what `create` can return instead of a key: `TooManyKeys` in a keyring with `maximumKeysPerOwner`, nothing in others.
 */
export interface KeyManagement<Scope extends string = string, Refusal = never> {
  /** @throws `ERR_KEY_VALUE`, `ERR_KEY_SCOPE`, `ERR_KEY_GRANT`, `ERR_KEY_OWNER`, `ERR_STORE_UNAVAILABLE` */
  create(options: CreateKeyOptions<Scope>): Promise<(CreatedKey & { readonly ok: true }) | Refusal>
  /**
   * Replaces a key. The id, scopes, limits and expiry stay. The old key works until the grace ends, not at all with 0, and never
   * after the expiry. The key from before an earlier rotation no longer works. Returns null for a revoked or expired key, too.
   */
  rotate(id: string, options: Actor & { readonly graceSeconds: number }): Promise<CreatedKey | null>
  /** Ends the grace of the last rotation, for example after a leak: only the current key works. Returns null for a revoked key, too. */
  endGrace(id: string, by?: Actor): Promise<KeyRecord | null>
  /** Revokes a key. It never works again. */
  revoke(id: string, by?: Actor): Promise<KeyRecord | null>
  /** Revokes every key of an owner that is not revoked yet, and returns how many. */
  revokeAll(by: Actor & { readonly owner: string }): Promise<number>
  /**
   * Deletes every key of an owner, with its usage and audit trail, and returns how many. For an owner who leaves: to stop keys from
   * working, revoke them.
   */
  deleteAll(of: { readonly owner: string }): Promise<number>
  /** Disables a key until it is enabled. Returns null for a revoked key, too. */
  disable(id: string, by?: Actor): Promise<KeyRecord | null>
  enable(id: string, by?: Actor): Promise<KeyRecord | null>
  /** Changes the given properties. Returns null for a revoked key, too. */
  update(id: string, values: KeyInput<GrantedScope<Scope>>, by?: Actor & GrantLimit): Promise<KeyRecord | null>
  get(id: string, by?: OwnerFilter): Promise<KeyRecord | null>
  /**
   * Newest first, at most `limit` (default 100, up to 1000). `after` is the id of the last key of the page before. `usable` keys are
   * neither revoked nor expired, but may be disabled; `ended` are the others. Default both.
   */
  list(
    query?: OwnerFilter & { readonly state?: 'usable' | 'ended'; readonly after?: string; readonly limit?: number },
  ): Promise<readonly KeyRecord[]>
  /** Returns one bucket for each of the last `count` hours or days, UTC, the current one last. Null only for an unknown `id`. */
  usage(
    of: UsageTarget,
    range: { readonly unit: 'hour' | 'day'; readonly count: number },
  ): Promise<readonly UsageBucket[] | null>
  /** Newest first, at most `limit` (default 100, up to 1000). `after` is the id of the last entry of the page before. */
  audit(
    id: string,
    query?: OwnerFilter & { readonly after?: string; readonly limit?: number },
  ): Promise<readonly AuditEntry[] | null>
  /**
   * Deletes rows that are no longer needed, at most 200 of each kind, and returns how many: keys of
   * deleted owners, keys that ended before the 100 of their owner that ended last, secrets 30 days after their grace, audit entries
   * after 365 days and usage after 90. Call it on a schedule, for example every minute.
   */
  prune(): Promise<PruneReport>
}
