import { rateLimitHeaders } from '../guard/rate-limit-headers.ts'
import type { Logger } from '../guard/logger.ts'
import { RoutekeyError } from '../errors.ts'
import { hashKey } from '../key/hash-key.ts'
import { checkKeyPrefix } from '../key/key-format.ts'
import { type Verifier, denyCredential } from '../guard/verifier.ts'
import { type InvalidAttemptsOptions, createInvalidAttempts } from './verify/invalid-attempts.ts'
import { type CacheOptions, createKeyCache } from './verify/key-cache.ts'
import type { JsonValue } from './model/key-record.ts'
import type { KeyStore } from './model/key-store.ts'
import { type Limiter, type OnLimiterError, createLimitGate } from './verify/limiter.ts'
import { type KeyManagement, createKeyManagement } from './manage/manage-keys.ts'
import { type RequiredScopes, coversScope, requireScopes } from './model/scopes.ts'
import { type UsageOptions, createUsageBuffer } from './verify/usage-buffer.ts'
import { type Verification, type VerifyOptions, createVerifyKey } from './verify/verify-key.ts'
import { withTimeout } from './verify/with-timeout.ts'

/** Options of {@link createKeyring}. */
export interface KeyringOptions<Scope extends string = string> {
  readonly store: KeyStore
  /** What every key of this keyring starts with. Keys with another prefix are refused without a look-up. */
  readonly prefix: string
  /** The scopes that exist. With them, a mistyped scope is an error at once, in types and at run time. Default: any. */
  readonly scopes?: readonly Scope[]
  /** A server-side secret of at least 128 bits; see `hashKey`. It cannot be changed while keys are in use. */
  readonly pepper?: string
  /** Counts for keys with limits. */
  readonly limiter?: Limiter
  /** Whether to refuse (503) or let in while the limiter fails. Default `deny`. */
  readonly onLimiterError?: OnLimiterError
  /** Reuses look-ups; off by default. In the process that revokes, a revocation holds at once all the same. */
  readonly cache?: CacheOptions
  /** Refuses addresses that keep sending keys that are not valid; off by default. It needs `callerIp`. */
  readonly invalidAttempts?: InvalidAttemptsOptions
  /**
   * Finds the caller's address in a request; null where it cannot be told. There is no default, because any header can be
   * written by the caller unless a proxy of yours overwrites it. See `forwardedIp` of `routekey/forwarded-ip`.
   */
  readonly callerIp?: (request: Request) => string | null
  /** Counts requests by key; false counts none. On by default. */
  readonly usage?: UsageOptions | false
  /** How long each call of the store or the limiter may take; less than 2^31. Default 2000. */
  readonly timeoutMs?: number
  /** Default `console`. */
  readonly logger?: Logger
  /** Default: the system's clock. */
  readonly clock?: () => Date
}

/** The caller that a keyring lets in. */
export interface KeyCaller {
  readonly kind: 'key'
  readonly keyId: string
  /** The user or organisation whose key it is. */
  readonly owner: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly metadata: Readonly<Record<string, JsonValue>>
  /** `previous` while the caller still uses the key from before a rotation. */
  readonly generation: 'current' | 'previous'
}

/** Options of {@link Keyring.verifier}. */
export interface KeyVerifierOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
}

/** API keys of an application's users. */
export interface Keyring<Scope extends string = string> extends KeyManagement<Scope> {
  /** Decides about a key: at most one read of the store, and no write. It never throws. */
  verify(key: string, options?: VerifyOptions<Scope>): Promise<Verification>
  /**
   * Makes a verifier for `withKey` and its like. In `anyOf`, put it last: a secret of another verifier is an invalid key here.
   *
   * @throws `ERR_KEY_SCOPE`
   */
  verifier(options?: KeyVerifierOptions<Scope>): Verifier<KeyCaller>
  /** Writes the usage counts that wait. */
  flush(): Promise<void>
  /**
   * Keeps the cache current with the changes that other processes make, as far as the store can tell of them. While the
   * connection for it is broken, the cache's own seconds still hold.
   *
   * @throws `ERR_CONFIG_KEYRING` when the store cannot, `ERR_STORE_UNAVAILABLE`
   */
  listen(): Promise<void>
  /** Writes the usage counts that wait, and stops listening. */
  close(): Promise<void>
}

// One line for a store that is down, however many requests find it so.
const reportEveryMs = 10_000

/**
 * Creates a keyring: it creates API keys for the users of an application, and verifies them. It opens nothing and starts no timer
 * until it is used.
 *
 * @throws `ERR_CONFIG_KEYRING`, `ERR_KEY_PREFIX`, `ERR_KEY_PEPPER`, `ERR_KEY_SCOPE`
 * @example
 * import { createKeyring } from 'routekey'
 * import { createPostgresStore } from 'routekey/stores/postgres'
 *
 * const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme' })
 * const { key, record } = await keyring.create({ owner: user.id, name: 'CI', scopes: ['reports:read'] })
 */
export function createKeyring<const Scope extends string = string>(options: KeyringOptions<Scope>): Keyring<Scope> {
  const { store, prefix, scopes: knownScopes, limiter, onLimiterError = 'deny', callerIp, timeoutMs = 2000 } = options
  const { logger = console, clock = () => new Date() } = options
  checkKeyPrefix(prefix)
  // A longer timer would end at once.
  if (!(timeoutMs > 0 && timeoutMs <= 2 ** 31 - 1)) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'timeoutMs must be above 0 and below 2^31.')
  }
  if (options.invalidAttempts !== undefined && callerIp === undefined) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'invalidAttempts needs the callerIp option.')
  }
  if (knownScopes !== undefined) requireScopes(knownScopes, 'required')

  // Present and undefined, as from an unset variable, is an error and not the want of a pepper.
  const pepper = 'pepper' in options ? { pepper: options.pepper ?? '' } : {}
  const hash = (key: string) => hashKey(key, pepper)
  hash('')

  let lastReport = { line: '', at: 0 }
  function report(error: unknown): void {
    const line = `routekey: ${error instanceof Error ? error.message : String(error)}`
    const at = clock().getTime()
    if (line === lastReport.line && at - lastReport.at < reportEveryMs) return
    lastReport = { line, at }
    logger.error(line)
  }

  const call = <Result>(work: () => Promise<Result>) => withTimeout(timeoutMs, 'The key store', work)
  const cache = options.cache && createKeyCache(options.cache)
  const write = (entries: Parameters<KeyStore['recordUsage']>[0]) => call(() => store.recordUsage(entries))
  const usage = options.usage === false ? undefined : createUsageBuffer(options.usage ?? {}, { write, report })
  const flush = async () => usage?.flush()

  function requireKnownScopes(scopes: readonly string[]): void {
    const unknown = knownScopes && scopes.find((held) => !knownScopes.some((scope) => coversScope(held, scope)))
    if (unknown !== undefined) {
      throw new RoutekeyError(
        'ERR_KEY_SCOPE',
        `The keyring has no scope "${unknown}". Correct it, or add it to scopes.`,
      )
    }
  }

  const verify = createVerifyKey({
    prefix,
    clock,
    hash,
    cache,
    usage,
    report,
    find: (hashed) => call(() => store.findByHash(hashed)),
    attempts: options.invalidAttempts && createInvalidAttempts(options.invalidAttempts),
    applyLimits: createLimitGate({ limiter, onLimiterError, timeoutMs, report }),
  })
  let listening: Promise<() => Promise<void>> | undefined

  return {
    ...createKeyManagement<Scope>({
      store,
      prefix,
      clock,
      hash,
      call,
      requireKnownScopes,
      flush,
      limiter,
      evict: (id) => cache?.evict(id),
    }),
    verify,
    flush,
    verifier({ scopes = [] } = {}) {
      const required = 'any' in scopes ? scopes.any : scopes
      requireScopes(required, 'required')
      requireKnownScopes(required)
      if ('any' in scopes && required.length === 0)
        throw new RoutekeyError('ERR_KEY_SCOPE', 'any must have at least one scope.')
      return {
        queryParameters: [],
        async verify({ request, credential }) {
          if (credential.kind === 'missing' || credential.kind === 'ambiguous') return denyCredential(credential.kind)
          const key = credential.kind === 'key' ? credential.key : ''
          const result = await verify(key, { scopes, ip: callerIp?.(request) ?? null })
          if (!result.ok) return result
          const { id: keyId, owner, name, scopes: held, metadata } = result.record
          const generation = result.isCurrent ? 'current' : 'previous'
          const caller: KeyCaller = { kind: 'key', keyId, owner, name, scopes: held, metadata, generation }
          return { ok: true, caller, headers: rateLimitHeaders(result.limits) }
        },
      }
    },
    async listen() {
      const { subscribe } = store
      if (subscribe === undefined || cache === undefined) {
        throw new RoutekeyError(
          'ERR_CONFIG_KEYRING',
          'listen() needs the cache option, and the listen option of the store.',
        )
      }
      listening ??= call(() => subscribe.call(store, (id) => cache.evict(id)))
      try {
        await listening
      } catch (error) {
        listening = undefined
        throw error
      }
      // What changed before was not told of.
      cache.evict(null)
    },
    async close() {
      await flush()
      const stop = await listening
      listening = undefined
      await stop?.()
    },
  }
}
