import type { DenialCode, denials } from './denials.ts'

/** A limit of a key and how much of it is left, in the terms of draft-ietf-httpapi-ratelimit-headers. */
export interface RateLimit {
  readonly name: string
  /** Requests per window; if they have costs, points. */
  readonly quota: number
  readonly windowSeconds: number
  /** After this request, or without it if it is refused. */
  readonly remaining: number
  /** Seconds until the window ends and the full quota is available again. */
  readonly resetSeconds: number
}

interface OfKey {
  readonly keyId: string
}

interface OfSecret {
  /** The environment variable that holds the secret. */
  readonly variable: string
}

/** The fields of a denial beyond status and code. */
interface DenialDetails {
  readonly key_expired: OfKey
  readonly key_disabled: OfKey
  readonly key_revoked: OfKey
  readonly owner_inactive: OfKey
  readonly address_not_allowed: OfKey
  readonly insufficient_scope: {
    /** The scopes that the route requires. */
    readonly scopes: readonly string[]
    readonly keyId?: string
  }
  readonly body_too_large: { readonly maxBodyBytes: number }
  readonly rate_limited: {
    readonly retryAfterSeconds: number
    readonly limits: readonly RateLimit[]
    readonly keyId?: string
  }
  readonly cost_above_quota: OfKey
  readonly too_many_invalid: { readonly retryAfterSeconds: number }
  readonly secret_unset: OfSecret
  readonly secret_weak: OfSecret
  readonly secret_unusable: OfSecret
  readonly store_unavailable: {
    readonly retryAfterSeconds: number
    /** The error of the store or the limiter. */
    readonly cause?: unknown
  }
}

type DenialOf<Code extends DenialCode> = {
  readonly status: (typeof denials)[Code]['status']
  readonly code: Code
} & (Code extends keyof DenialDetails ? DenialDetails[Code] : unknown)

/**
 * Why a request was refused. `code` and the details are for the operator; the caller gets only what `denialResponse` writes.
 * `denials` of `routekey/denials` says what each code means.
 */
export type Denial = { [Code in DenialCode]: DenialOf<Code> }[DenialCode]

/** A denial as the result of a check. */
export interface Refusal {
  readonly ok: false
  readonly denial: Denial
}

/** The denial of a key that is malformed, unknown or no longer valid: one value, so that the three cannot differ. */
export const invalidKey = { status: 401, code: 'invalid_key' } as const satisfies Denial
