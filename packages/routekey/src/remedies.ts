// Apart from the rest of their rows in `codes.ts`, because a bundle carries all of them with the first that is thrown.
/** What mends each error that `routekey` itself throws; it ends the error's message. */
export const remedies = {
  ERR_CONFIG_VARIABLE: 'Use letters, digits and underscores, and no prefix such as `NEXT_PUBLIC_`.',
  ERR_CONFIG_VERIFIER: 'Give it at least one.',
  ERR_KEY_PREFIX: 'Use at most 32 letters, digits and single inner underscores, with a letter first.',
  ERR_KEY_BITS: 'Use a whole number from 160 to 512.',
  ERR_KEY_RANDOMNESS: 'Leave out `randomBytes`, or give one that is cryptographic.',
  ERR_KEY_PEPPER: 'Use a random one, for example from `npx routekey generate --print`.',
  ERR_CONFIG_KEYRING: 'See the description of the option.',
  ERR_KEY_VALUE: 'See the description of the value.',
  ERR_KEY_SCOPE: 'Write segments joined by colons, such as `reports:read`; `*` may stand for a segment.',
  ERR_KEY_GRANT: 'Leave the scope out, or widen `grantable`.',
  ERR_STORE_UNAVAILABLE: 'Look at `cause`. A change may have been made all the same.',
  ERR_STORE_ANSWER: 'Apply the migration that this version of Routekey ships with.',
} as const satisfies Record<string, string>

/** The code of an error that `routekey` itself throws. */
export type CoreErrorCode = keyof typeof remedies
