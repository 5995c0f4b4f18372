import { RoutekeyError } from '../errors.ts'
import type { Refusal } from '../guard/denial.ts'
import { hashKey } from '../key/hash-key.ts'
import { checkKeyPrefix } from '../key/key-format.ts'
import { parseKey } from '../key/parse-key.ts'
import { checkWholeNumber } from '../check-whole-number.ts'
import type { Keyring, KeyringOptions } from './keyring.ts'
import type { KeyringContext } from './keyring-context.ts'
import type { TooManyKeys } from './manage/key-management.ts'
import { createKeyManagement } from './manage/manage-keys.ts'
import type { KeyStore } from './model/key-store.ts'
import { coversScope, checkScopes } from './model/scopes.ts'
import { createKeyCache } from './verify/key-cache.ts'
import { createKeyVerifier } from './verify/key-verifier.ts'
import { createLimitGate } from './verify/limiter.ts'
import { createUsageBuffer } from './verify/usage-buffer.ts'
import { createVerifyKey } from './verify/verify-key.ts'
import { withTimeout } from './verify/with-timeout.ts'

// While a store is down, every request fails. One line per 10 s is enough.
const reportEveryMs = 10_000

/**
 * Creates a keyring, which creates and verifies API keys for the users of an application. It opens no connection and starts no timer
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
export function createKeyring<const Scope extends string = string>(
  options: KeyringOptions<Scope> & { readonly maximumKeysPerOwner?: never },
): Keyring<Scope>
/** Creates a keyring whose `create` can return {@link TooManyKeys}. */
export function createKeyring<const Scope extends string = string>(
  options: KeyringOptions<Scope>,
): Keyring<Scope, TooManyKeys>
export function createKeyring<const Scope extends string = string>(
  options: KeyringOptions<Scope>,
): Keyring<Scope, TooManyKeys> {
  const { store, prefix, scopes: knownScopes, limiter, onLimiterError = 'deny', callerIp, timeoutMs = 2000 } = options
  const {
    previousPrefixes = [],
    foreignKeys = () => null,
    maximumKeysPerOwner: maximumKeys = Infinity,
    usage: usageOptions = {},
    invalidAttempts,
    logger = console,
    clock = () => new Date(),
  } = options
  if (maximumKeys !== Infinity) checkWholeNumber('ERR_CONFIG_KEYRING', 'maximumKeysPerOwner', maximumKeys)
  // A longer timer would end at once.
  checkWholeNumber('ERR_CONFIG_KEYRING', 'timeoutMs', timeoutMs)
  store.limitTime?.(timeoutMs)
  limiter?.limitTime?.(timeoutMs)
  if (invalidAttempts && !callerIp) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'invalidAttempts needs callerIp.')
  }
  if (knownScopes) checkScopes(knownScopes, 'required')

  // `options` as a whole, because a pepper that is present but undefined comes from an unset variable, and is an error.
  const hash = (key: string) => hashKey(key, options)
  hash('')
  const prefixes = [prefix, ...previousPrefixes]
  for (const one of prefixes) checkKeyPrefix(one)
  const hashOf = (key: string) => (prefixes.includes(parseKey(key)?.prefix ?? '') ? hash(key) : foreignKeys(key))

  let lastLine = ''
  let lastAt = 0
  function report(error: unknown): void {
    const line = `routekey: ${error instanceof Error ? error.message : String(error)}`
    const at = clock().getTime()
    if (line === lastLine && at - lastAt < reportEveryMs) return
    lastLine = line
    lastAt = at
    logger.error(line)
  }

  function fail(cause: unknown): Refusal {
    report(cause)
    return { ok: false, denial: { status: 503, code: 'store_unavailable', retryAfterSeconds: 5, cause } }
  }

  const call: KeyringContext['call'] = (work, isWrite) => withTimeout(timeoutMs, 'The key store', work, isWrite)
  const now = async () => (await call(async () => store.now?.())) ?? clock()
  const cache = options.cache && createKeyCache(options.cache)
  const write: KeyStore['recordUsage'] = (batch) => call(() => store.recordUsage(batch), true)
  const usage = usageOptions === false ? undefined : createUsageBuffer(usageOptions, write, report)
  const flush = async () => usage?.flush()

  function checkKnownScopes(scopes: readonly string[]): void {
    const unknown = knownScopes && scopes.find((held) => !knownScopes.some((scope) => coversScope(held, scope)))
    if (unknown !== undefined) {
      throw new RoutekeyError('ERR_KEY_SCOPE', `scopes of the keyring does not cover "${unknown}".`)
    }
  }

  const applyLimits = createLimitGate(limiter, onLimiterError, timeoutMs, fail)
  const context = { store, prefix, clock, now, hash, call, cache }
  // A failed call would be one of the store too, so a limiter whose failures are ignored counts on its own.
  const countingLimiter = cache || onLimiterError === 'allow' ? undefined : limiter
  const throttle = invalidAttempts?.(clock)
  const verify = createVerifyKey(context, hashOf, throttle, usage, countingLimiter, applyLimits, fail)
  let listening: Promise<() => Promise<void>> | undefined

  return {
    ...createKeyManagement<Scope>(context, checkKnownScopes, maximumKeys, limiter, flush),
    verify,
    flush,
    verifier: (given = {}) => createKeyVerifier(given, verify, checkKnownScopes, callerIp),
    async listen() {
      const { subscribe } = store
      if (!subscribe || !cache) {
        throw new RoutekeyError('ERR_CONFIG_KEYRING', 'listen() needs cache, and listen of the store.')
      }
      listening ??= call(() => subscribe.call(store, (id) => cache.evict(id))).catch((error: unknown) => {
        listening = undefined
        throw error
      })
      await listening
      // Changes from before the subscription were not reported.
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
