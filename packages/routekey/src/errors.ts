/** What each code means. `docs/errors.md` shows this table, and no code reads it at run time, so bundlers drop it. */
export const errorMeanings = {
  ERR_CONFIG_VARIABLE:
    'The name of the environment variable is invalid, or has a prefix that makes a framework publish the value to browsers.',
  ERR_CONFIG_VERIFIER: '`anyOf` was called without a verifier.',
  ERR_CONFIG_SOURCE: 'The `from` option of a verifier has an entry that is not a header in which a key can be sent.',
  ERR_CONFIG_KEYRING: 'An option of the keyring or of its verifier is invalid.',
  ERR_CONFIG_SCHEMA: 'The name of a database schema is invalid.',
  ERR_CONFIG_PATH: 'A path cannot be guarded, because it is a pattern or does not start with a slash.',
  ERR_KEY_PREFIX: 'The prefix of a key is invalid.',
  ERR_KEY_BITS: 'The number of random bits is out of range.',
  ERR_KEY_RANDOMNESS: 'The `randomBytes` option returns no usable bytes.',
  ERR_KEY_PEPPER: 'The pepper is missing or has fewer than 128 bits.',
  ERR_KEY_VALUE: 'A value for a key, or an option of a keyring method, is invalid.',
  ERR_KEY_SCOPE: 'A scope is malformed, or is not one of the scopes of the keyring.',
  ERR_KEY_GRANT: 'A key would get a scope that its creator must not grant.',
  ERR_KEY_OWNER: 'A key cannot be created, because its owner is deleted or suspended.',
  ERR_STORE_UNAVAILABLE: 'The key store failed or did not answer in time. `cause` has the error.',
  ERR_STORE_INVALID_RESPONSE: 'The key store returned data that is not valid. Its SQL is probably of another version.',
  ERR_REQUEST_BODY: 'The verifier needs the raw bytes of the body, but something read the body earlier.',
  ERR_REQUEST_UNGUARDED: 'A handler asked for the caller of a request that the guard has not accepted.',
  ERR_WEBHOOK_SECRET: 'A webhook secret is missing, or is not 24 to 64 random bytes in base64.',
  ERR_WEBHOOK_ID: 'The id of a webhook is invalid.',
  ERR_WEBHOOK_REPLAYS: 'The replay store in memory is full.',
} as const satisfies Record<string, string>

/** The code of a {@link RoutekeyError}; `docs/errors.md` lists them. */
export type ErrorCode = keyof typeof errorMeanings

/**
 * The class of every error that Routekey throws: a configuration, programmer or infrastructure fault. A refused request is a
 * denial, never an error.
 *
 * @example
 * import { RoutekeyError } from 'routekey'
 *
 * if (error instanceof RoutekeyError && error.code === 'ERR_KEY_SCOPE') …
 */
export class RoutekeyError extends Error {
  readonly code: ErrorCode

  /** @param message What is wrong and how to fix it; never a secret. The code is appended, so that a log line alone can be looked up. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options)
    this.name = 'RoutekeyError'
    this.code = code
  }
}
