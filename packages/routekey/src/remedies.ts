// Apart from the rest of their rows in `codes.ts`, because a bundle carries all of them with the first that is thrown.
/** What mends each error that `routekey` itself throws; it ends the error's message. */
export const remedies = {
  ERR_CONFIG_VARIABLE: 'Use letters, digits and `_`, and no `NEXT_PUBLIC_` or its like.',
  ERR_CONFIG_VERIFIER: 'Give it at least one.',
  ERR_KEY_PREFIX: 'Use up to 32 letters, digits and single inner underscores, a letter first.',
  ERR_KEY_BITS: 'Use a whole number from 160 to 512.',
  ERR_KEY_RANDOMNESS: 'Leave `randomBytes` out, or mend it.',
  ERR_KEY_PEPPER: 'Use one from `npx routekey generate --print`.',
  ERR_CONFIG_KEYRING: 'See its options.',
  ERR_KEY_VALUE: 'Mend the value.',
  ERR_KEY_SCOPE: 'Write it like `reports:read`; `*` may stand for a segment.',
  ERR_KEY_GRANT: 'Leave the scope out, or widen `grantable`.',
  ERR_STORE_UNAVAILABLE: 'Look at `cause`. A change may have been made all the same.',
} as const satisfies Record<string, string>

/** The code of an error that `routekey` itself throws. */
export type CoreErrorCode = keyof typeof remedies
