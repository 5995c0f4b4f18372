import type { ErrorCode } from '../errors.ts'
import { secretProblems } from '../secret/secret-problem.ts'

/** One row per denial: what the caller is told, and what the operator needs to know. */
export interface DenialRow {
  readonly status: 400 | 401 | 403 | 413 | 429 | 503
  /** The whole of what the caller is told; the same for every reason behind a 401, so that it guides no guessing. */
  readonly publicText: string
  readonly meaning: string
  readonly remedy: string
}

const unauthorized = 'A valid key is required.'
const unavailable = 'Keys cannot be checked at the moment.'

/**
 * The table of denials, by code; `docs/errors.md` shows it.
 *
 * @example
 * import { denials } from 'routekey/denials'
 *
 * const onDenied = ({ denial }) => console.warn(denial.code, denials[denial.code].meaning)
 */
export const denials = {
  ambiguous_key: {
    status: 400,
    publicText: 'Send the key once and in one place.',
    meaning: 'The key came in two places, or twice in one.',
    remedy: 'Send one of `Authorization: Bearer`, `x-api-key` or, where it is allowed, the query parameter.',
  },
  missing_key: {
    status: 401,
    publicText: unauthorized,
    meaning: 'No key came, an empty one, or credentials of another scheme.',
    remedy: 'Send the key as `Authorization: Bearer <key>` or `x-api-key: <key>`.',
  },
  invalid_key: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The key is malformed, unknown or no longer valid.',
    remedy: 'Compare the key with the one that the server holds; it may have been rotated.',
  },
  key_expired: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The key is past its expiry, or past the grace of its rotation.',
    remedy: 'Use the key that replaced it, or create one.',
  },
  key_disabled: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The key is disabled.',
    remedy: 'Enable it if it should work again.',
  },
  key_revoked: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The key was revoked.',
    remedy: 'Create another: a revoked key never works again.',
  },
  missing_signature: {
    status: 401,
    publicText: unauthorized,
    meaning: 'A header of Standard Webhooks is not there: `webhook-id`, `webhook-timestamp` or `webhook-signature`.',
    remedy: 'Send all three. See whether a proxy takes them off.',
  },
  invalid_signature: {
    status: 401,
    publicText: unauthorized,
    meaning: 'No signature of the webhook fits its headers and the bytes of its body.',
    remedy:
      "Compare the secret with the sender's for this endpoint. See that nothing parses or changes the body before.",
  },
  expired_signature: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The webhook was sent too long ago, or in the future.',
    remedy: 'Set both clocks right, or raise `toleranceSeconds`.',
  },
  replayed_signature: {
    status: 401,
    publicText: unauthorized,
    meaning: 'The same attempt to send the webhook came before.',
    remedy: 'None: a sender that tries again sends a new time. Ask who sent it twice.',
  },
  insufficient_scope: {
    status: 403,
    publicText: 'The key does not allow this.',
    meaning: 'The key is valid and lacks a scope that the route asks for.',
    remedy: 'Use a key that has the scope.',
  },
  address_not_allowed: {
    status: 403,
    publicText: 'The key does not allow this.',
    meaning: "The caller's address is not on the key's list, or could not be told.",
    remedy: 'Change `allowedIps`, or the `callerIp` option, by which the keyring finds the address.',
  },
  body_too_large: {
    status: 413,
    publicText: 'The body is too large.',
    meaning: 'The body of the webhook has more bytes than the verifier reads.',
    remedy: 'Raise `maxBodyBytes` if such bodies are expected.',
  },
  rate_limited: {
    status: 429,
    publicText: 'Too many requests.',
    meaning: 'The key has used up a limit.',
    remedy: 'Wait as long as `Retry-After` says.',
  },
  too_many_invalid: {
    status: 429,
    publicText: 'Too many requests.',
    meaning: 'The address has sent too many keys that are not valid.',
    remedy: 'Mend the key that the client sends, and wait as long as `Retry-After` says.',
  },
  secret_unset: { status: 503, publicText: unavailable, ...secretProblems.secret_unset },
  secret_weak: { status: 503, publicText: unavailable, ...secretProblems.secret_weak },
  secret_unusable: { status: 503, publicText: unavailable, ...secretProblems.secret_unusable },
  store_unavailable: {
    status: 503,
    publicText: unavailable,
    meaning: 'The store of keys, or a limiter, did not answer.',
    remedy: 'Look at `cause`; the caller may try again after `Retry-After`.',
  },
} as const satisfies Record<string, DenialRow>

/** The table of thrown errors, by code; `docs/errors.md` shows it, with the remedies. */
export const errorMeanings: Readonly<Record<ErrorCode, string>> = {
  ERR_CONFIG_VARIABLE:
    'The name of the variable is not valid, or its prefix makes a framework publish the value to browsers.',
  ERR_CONFIG_VERIFIER: '`anyOf` was called without a verifier.',
  ERR_KEY_PREFIX: 'The prefix of a key is not valid.',
  ERR_KEY_BITS: 'The number of random bits is out of range.',
  ERR_KEY_RANDOMNESS: 'The random source is broken.',
  ERR_KEY_PEPPER: 'The pepper is missing or has fewer than 128 bits.',
  ERR_CONFIG_KEYRING: 'An option of the keyring or of its verifier is not valid.',
  ERR_KEY_VALUE: 'A value given for a key is not valid.',
  ERR_KEY_SCOPE: 'A scope is malformed, or is not one that the keyring knows.',
  ERR_KEY_GRANT: 'A key was to get a scope that its creator may not give.',
  ERR_STORE_UNAVAILABLE: 'The store of keys failed or did not answer in time.',
  ERR_STORE_ANSWER: 'The store of keys answered something that is no key.',
  ERR_CONFIG_PATH: 'A path cannot be guarded.',
  ERR_REQUEST_BODY: 'The verifier needs the bytes of the body, and something read them before.',
  ERR_REQUEST_UNGUARDED: 'A handler asked for the caller of a request that the guard has not let in.',
  ERR_WEBHOOK_SECRET: 'There is no webhook secret, or one is not base 64 of 24 to 64 random bytes.',
  ERR_WEBHOOK_ID: 'The id of a webhook is not valid.',
  ERR_WEBHOOK_REPLAYS: 'The replay store in memory is full.',
}

/** The code of a denial. */
export type DenialCode = keyof typeof denials
