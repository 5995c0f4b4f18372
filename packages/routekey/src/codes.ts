/** One row per denial: what the caller is told, and what the operator needs to know. */
export interface DenialRow {
  readonly status: 400 | 401 | 403 | 429 | 503
  /** The whole of what the caller is told; the same for every reason behind a 401, so that it guides no guessing. */
  readonly publicText: string
  readonly meaning: string
  readonly remedy: string
}

/** One row per error that is thrown. */
export interface ErrorRow {
  readonly meaning: string
  readonly remedy: string
}

const unauthorized = 'A valid key is required.'
const unavailable = 'Keys cannot be checked at the moment.'

/**
 * The table of denials, by code; `docs/errors.md` shows it.
 *
 * @example
 * import { denials } from 'routekey'
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
  insufficient_scope: {
    status: 403,
    publicText: 'The key does not allow this.',
    meaning: 'The key is valid and lacks a scope that the route asks for.',
    remedy: 'Use a key that has the scope.',
  },
  rate_limited: {
    status: 429,
    publicText: 'Too many requests.',
    meaning: 'The key has used up a limit.',
    remedy: 'Wait as long as `Retry-After` says.',
  },
  secret_unset: {
    status: 503,
    publicText: unavailable,
    meaning: 'The variable that holds the secret is unset or empty, so every request is refused.',
    remedy: 'Run `npx routekey generate <NAME>`, or set the variable where the application is hosted.',
  },
  secret_weak: {
    status: 503,
    publicText: unavailable,
    meaning: 'The secret has fewer than 128 bits by its length and alphabet, so every request is refused.',
    remedy: 'Remove the value and run `npx routekey generate <NAME>`.',
  },
  secret_unusable: {
    status: 503,
    publicText: unavailable,
    meaning: 'The secret has a character that a header cannot carry intact, so every request is refused.',
    remedy: 'Look for a space or a line break; or remove the value and run `npx routekey generate <NAME>`.',
  },
  store_unavailable: {
    status: 503,
    publicText: unavailable,
    meaning: 'The store of keys, or a limiter, did not answer.',
    remedy: 'Look at `cause`; the caller may try again after `Retry-After`.',
  },
} as const satisfies Record<string, DenialRow>

/** The table of thrown errors, by code; `docs/errors.md` shows it. */
export const errors = {
  ERR_CONFIG_VARIABLE: {
    meaning: 'The name of the variable is not valid, or its prefix makes a framework publish the value to browsers.',
    remedy: 'Use letters, digits and underscores, and no prefix such as `NEXT_PUBLIC_`.',
  },
  ERR_CONFIG_VERIFIER: {
    meaning: '`anyOf` was called without a verifier.',
    remedy: 'Give it at least one.',
  },
  ERR_KEY_PREFIX: {
    meaning: 'The prefix of a key is not valid.',
    remedy: 'Use at most 32 letters, digits and single inner underscores, with a letter first.',
  },
  ERR_KEY_BITS: {
    meaning: 'The number of random bits is out of range.',
    remedy: 'Use a whole number from 160 to 512.',
  },
  ERR_KEY_RANDOMNESS: {
    meaning: 'The random source is broken.',
    remedy: 'Leave out `randomBytes`, or give one that is cryptographic.',
  },
  ERR_KEY_PEPPER: {
    meaning: 'The pepper is missing or has fewer than 128 bits.',
    remedy: 'Use a random one, for example from `npx routekey generate --print`.',
  },
} as const satisfies Record<string, ErrorRow>

/** The code of a denial. */
export type DenialCode = keyof typeof denials

/** The code of a thrown error. */
export type ErrorCode = keyof typeof errors
