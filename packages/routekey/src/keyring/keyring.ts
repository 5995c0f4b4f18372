import type { Logger } from '../guard/logger.ts'
import type { Verifier } from '../guard/verifier.ts'
import type { KeyManagement } from './manage/key-management.ts'
import type { KeyStore } from './model/key-store.ts'
import type { InvalidAttempts } from './verify/invalid-attempts.ts'
import type { CacheOptions } from './verify/key-cache.ts'
import type { ForeignKeys } from './verify/key-formats.ts'
import type { KeyCaller, KeyVerifierOptions } from './verify/key-verifier.ts'
import type { Limiter, OnLimiterError } from './verify/limiter.ts'
import type { UsageOptions } from './verify/usage-buffer.ts'
import type { Verification, VerifyOptions } from './verify/verify-key.ts'

/** Options of `createKeyring`. */
export interface KeyringOptions<Scope extends string = string> {
  readonly store: KeyStore
  /** The start of every key of this keyring. Keys with another prefix are refused without a look-up. */
  readonly prefix: string
  /** Earlier values of `prefix`, whose keys still work. Default none. */
  readonly previousPrefixes?: readonly string[]
  /** Recognises keys that another system created: `matchKeys` of `routekey/import-key`. Default none. */
  readonly foreignKeys?: ForeignKeys
  /** The scopes that exist. With them, a mistyped scope is an error, in types and at run time. Default: any scope. */
  readonly scopes?: readonly Scope[]
  /**
   * How many keys an owner can have that are neither revoked nor expired. `create` then returns `too_many_keys` instead of one more,
   * also when several are created at once. A key that becomes usable again, by a later expiry, is not refused. Default: any number.
   */
  readonly maximumKeysPerOwner?: number
  /** A server-side secret of at least 128 bits; see `hashKey`. It cannot be changed while keys are in use. */
  readonly pepper?: string
  /** Counts requests of keys that have limits. */
  readonly limiter?: Limiter
  /** Whether to refuse (503) or accept keys with limits while the limiter fails. Default `deny`. */
  readonly onLimiterError?: OnLimiterError
  /** Reuses look-ups; off by default. The process that revokes a key refuses it at once, also with a cache. */
  readonly cache?: CacheOptions
  /**
   * Refuses addresses that keep sending invalid keys: `limitInvalidAttempts` of `routekey/invalid-attempts`. Off by default. It needs
   * `callerIp`.
   */
  readonly invalidAttempts?: InvalidAttempts
  /**
   * Returns the caller's IP address, or null if it is unknown. There is no default, because a caller can write any header that your
   * proxy does not overwrite. See `forwardedIp` of `routekey/forwarded-ip`.
   */
  readonly callerIp?: (request: Request) => string | null
  /** Counts the requests of each key; false turns it off. On by default. */
  readonly usage?: UsageOptions | false
  /** How long each call of the store or the limiter may take; less than 2^31. Default 2000. */
  readonly timeoutMs?: number
  /** Default `console`. */
  readonly logger?: Logger
  /** Default: the system's clock. */
  readonly clock?: () => Date
}

/** API keys for the users of an application. `Refusal` is explained at {@link KeyManagement}. */
export interface Keyring<Scope extends string = string, Refusal = never> extends KeyManagement<Scope, Refusal> {
  /**
   * Verifies a key with at most one read of the store, and no write other than the counts of its limits.
   *
   * @throws `ERR_CONFIG_KEYRING` for an invalid `cost`, and nothing else
   */
  verify(key: string, options?: VerifyOptions<Scope>): Promise<Verification>
  /**
   * Creates a verifier for `withKey` and the other guards. If several of one keyring see the same request, it is looked up and
   * counted once, with the highest of their costs; each of them checks its scopes.
   *
   * @throws `ERR_KEY_SCOPE`, `ERR_CONFIG_SOURCE`, `ERR_CONFIG_KEYRING`
   */
  verifier(options?: KeyVerifierOptions<Scope>): Verifier<KeyCaller>
  /** Writes the buffered usage counts. */
  flush(): Promise<void>
  /**
   * Keeps the cache current with changes by other processes, if the store reports them. While its connection is broken, the seconds
   * of the cache still apply.
   *
   * @throws `ERR_CONFIG_KEYRING` when the store cannot report changes, `ERR_STORE_UNAVAILABLE`
   */
  listen(): Promise<void>
  /** Writes the buffered usage counts, and stops listening. */
  close(): Promise<void>
}
