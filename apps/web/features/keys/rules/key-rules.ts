/** The scopes that a key of this application can have. */
export const scopes = ['account:read', 'customer:read'] as const

/** A scope that a key can have. */
export type Scope = (typeof scopes)[number]

/** The most requests that a limit can allow in one window. */
export const maximumQuota = 1_000_000

/** How many keys a user can have that are neither revoked nor expired. The keyring enforces it. */
export const maximumKeys = 25
