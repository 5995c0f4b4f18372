/** The scopes of this application's API. */
export const scopes = ['account:read', 'customer:read'] as const

export type Scope = (typeof scopes)[number]

/** The largest number of requests that a limit can allow in one window. */
export const maximumQuota = 1_000_000

/** How many keys a user can have that are neither revoked nor expired. The keyring enforces it. */
export const maximumKeys = 25
