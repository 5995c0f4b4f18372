import { secretProblems } from '../secret/check-secret.ts'

const describe = (problem: keyof typeof secretProblems) => ({
  status: 503 as const,
  meaning: `The secret is ${secretProblems[problem]}, so every request is refused.`,
  remedy: 'Remove the value and run `npx routekey generate <NAME>`, or set it where the application runs.',
})

/** What the operator needs to know about a denial. `denialResponse` writes what the caller gets. */
export interface DenialRow {
  readonly status: 400 | 401 | 403 | 413 | 429 | 503
  readonly meaning: string
  readonly remedy: string
}

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
    meaning: 'The request has a key in two places, or twice in one place.',
    remedy: 'Send the key once. If a gateway uses one of the headers for itself, choose the others with `from`.',
  },
  missing_key: {
    status: 401,
    meaning: 'The request has no key, an empty key, or credentials of another scheme.',
    remedy: 'Send the key where the route reads it, by default `Authorization: Bearer <key>` or `x-api-key: <key>`.',
  },
  invalid_key: {
    status: 401,
    meaning: 'The key is malformed, unknown or no longer valid.',
    remedy: 'Compare it with the key on the server, which may have been rotated.',
  },
  key_expired: {
    status: 401,
    meaning: 'The key has expired, or the grace period of its rotation is over.',
    remedy: 'Use the key that replaced it, or create a new one.',
  },
  key_disabled: {
    status: 401,
    meaning: 'The key is disabled.',
    remedy: 'Enable the key if it should work again.',
  },
  key_revoked: {
    status: 401,
    meaning: 'The key is revoked.',
    remedy: 'Create a new key. A revoked key never works again.',
  },
  owner_inactive: {
    status: 401,
    meaning: 'The owner of the key is deleted or suspended.',
    remedy: 'Lift the suspension if the key should work again.',
  },
  missing_signature: {
    status: 401,
    meaning: 'A header of Standard Webhooks is missing: `webhook-id`, `webhook-timestamp` or `webhook-signature`.',
    remedy: 'Send all three headers, and check that no proxy removes them.',
  },
  invalid_signature: {
    status: 401,
    meaning: 'No signature of the webhook matches its headers and the bytes of its body.',
    remedy:
      "Check that the secret is the sender's secret for this endpoint, and that nothing changes the body before the verifier.",
  },
  expired_signature: {
    status: 401,
    meaning: 'The timestamp of the webhook is too old, or in the future.',
    remedy: 'Synchronize both clocks, or raise `toleranceSeconds`.',
  },
  replayed_signature: {
    status: 401,
    meaning: 'The same attempt to send the webhook was accepted before.',
    remedy: 'No action needed for normal retries: they carry a new timestamp. Otherwise someone replayed the request.',
  },
  insufficient_scope: {
    status: 403,
    meaning: 'The key is valid, but lacks a scope that the route requires.',
    remedy: 'Use a key that has the scope.',
  },
  address_not_allowed: {
    status: 403,
    meaning: "The caller's IP address is unknown, or is not in `allowedIps` of the key.",
    remedy: 'Change `allowedIps`, or the `callerIp` option that finds the address.',
  },
  body_too_large: {
    status: 413,
    meaning: 'The body of the webhook is larger than `maxBodyBytes`.',
    remedy: 'Raise `maxBodyBytes` if you expect such bodies.',
  },
  rate_limited: {
    status: 429,
    meaning: 'The key has reached one of its limits.',
    remedy: 'Retry after the seconds in `Retry-After`.',
  },
  cost_above_quota: {
    status: 429,
    meaning: 'The request costs more than a whole quota of the key, so no retry helps.',
    remedy: 'Raise the quota of the key, or lower the `cost` of the route.',
  },
  too_many_invalid: {
    status: 429,
    meaning: 'The IP address has sent too many invalid keys.',
    remedy: 'Correct the key that the client sends, and retry after the seconds in `Retry-After`.',
  },
  secret_unset: describe('secret_unset'),
  secret_weak: describe('secret_weak'),
  secret_unusable: describe('secret_unusable'),
  store_unavailable: {
    status: 503,
    meaning: 'The key store, the limiter or the replay store failed or did not answer in time.',
    remedy: 'Look at `cause`. The caller can retry after the seconds in `Retry-After`.',
  },
} as const satisfies Record<string, DenialRow>

/** The code of a denial. */
export type DenialCode = keyof typeof denials
