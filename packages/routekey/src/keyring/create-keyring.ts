import { RoutekeyError } from '../errors.ts'
import type { Refusal } from '../guard/denial.ts'
import { checkKeyPrefix } from '../key/key-format.ts'
import { hashKey } from '../key/hash-key.ts'
import { checkWholeNumber } from '../check-whole-number.ts'
import type { Keyring, KeyringOptions } from './keyring.ts'
import type { TooManyKeys } from './manage/key-management.ts'
import { createKeyManagement } from './manage/manage-keys.ts'
import type { KeyStore } from './model/key-store.ts'
import { coversScope, checkScopes } from './model/scopes.ts'
import { type Throttle, createInvalidAttempts } from './verify/invalid-attempts.ts'
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
    maximumKeysPerOwner: maximumKeys = Infinity,
    usage: usageOptions = {},
    invalidAttempts,
    logger = console,
    clock = () => new Date(),
  } = options
  checkKeyPrefix(prefix)
  if (maximumKeys !== Infinity) checkWholeNumber('ERR_CONFIG_KEYRING', 'maximumKeysPerOwner', maximumKeys)
  // A longer timer would end at once.
  checkWholeNumber('ERR_CONFIG_KEYRING', 'timeoutMs', timeoutMs)
  for (const counted of [store, limiter]) counted?.limitTime?.(timeoutMs)
  if (invalidAttempts !== undefined && callerIp === undefined) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'invalidAttempts needs the callerIp option.')
  }
  if (knownScopes !== undefined) checkScopes(knownScopes, 'required')

  // `options` as a whole, because a pepper that is present but undefined comes from an unset variable, and is an error.
  const hash = (key: string) => hashKey(key, options)
  hash('')

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

  const call = <Result>(work: () => Promise<Result>) => withTimeout(timeoutMs, 'The key store', work)
  const cache = options.cache && createKeyCache(options.cache)
  const write = (entries: Parameters<KeyStore['recordUsage']>[0]) => call(() => store.recordUsage(entries))
  const usage = usageOptions === false ? undefined : createUsageBuffer(usageOptions, { write, report })
  const flush = async () => usage?.flush()

  function checkKnownScopes(scopes: readonly string[]): void {
    const unknown = knownScopes && scopes.find((held) => !knownScopes.some((scope) => coversScope(held, scope)))
    if (unknown !== undefined) {
      throw new RoutekeyError(
        'ERR_KEY_SCOPE',
        `The keyring has no scope "${unknown}". Correct it, or add it to scopes.`,
      )
    }
  }

  let started: Throttle | undefined
  const throttle: Throttle | undefined =
    typeof invalidAttempts === 'function'
      ? (...given) => (started ??= createInvalidAttempts(invalidAttempts(), clock))(...given)
      : invalidAttempts && createInvalidAttempts(invalidAttempts, clock)
  const applyLimits = createLimitGate({ limiter, onLimiterError, timeoutMs, fail })
  const context = { store, prefix, clock, hash, call, cache, checkKnownScopes }
  const verify = createVerifyKey({ ...context, throttle, applyLimits, usage, fail })
  let listening: Promise<() => Promise<void>> | undefined

  return {
    ...createKeyManagement<Scope>({ ...context, maximumKeys, limiter, flush }),
    verify,
    flush,
    verifier: (given = {}) => createKeyVerifier(given, { verify, checkKnownScopes, callerIp }),
    async listen() {
      const { subscribe } = store
      if (subscribe === undefined || cache === undefined) {
        throw new RoutekeyError(
          'ERR_CONFIG_KEYRING',
          'listen() needs the cache option, and the listen option of the store.',
        )
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
