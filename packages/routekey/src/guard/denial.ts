/** One limit of a key and what is left of it, in the terms of draft-ietf-httpapi-ratelimit-headers. */
export interface RateLimit {
  readonly name: string
  /** Requests, or points, in one window. */
  readonly quota: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Seconds until the quota is whole again. */
  readonly resetSeconds: number
}

/** Why a request was refused. `code` is for the operator; the caller is told no more than `denialResponse` writes. */
export type Denial =
  | { readonly status: 400; readonly code: 'ambiguous_key' }
  | { readonly status: 401; readonly code: 'missing_key' | 'invalid_key' }
  | {
      readonly status: 401
      readonly code: 'key_expired' | 'key_disabled' | 'key_revoked'
      readonly keyId: string
    }
  | {
      readonly status: 401
      readonly code: 'missing_signature' | 'invalid_signature' | 'expired_signature' | 'replayed_signature'
    }
  | {
      readonly status: 403
      readonly code: 'insufficient_scope'
      /** The scopes that the route asks for. */
      readonly scopes: readonly string[]
      readonly keyId?: string
    }
  | {
      readonly status: 403
      readonly code: 'address_not_allowed'
      readonly keyId: string
    }
  | {
      readonly status: 413
      readonly code: 'body_too_large'
      readonly maxBodyBytes: number
    }
  | {
      readonly status: 429
      readonly code: 'rate_limited'
      readonly retryAfterSeconds: number
      readonly limits: readonly RateLimit[]
      readonly keyId?: string
    }
  | {
      readonly status: 429
      readonly code: 'too_many_invalid'
      readonly retryAfterSeconds: number
    }
  | {
      readonly status: 503
      readonly code: 'secret_unset' | 'secret_weak' | 'secret_unusable'
      /** The environment variable that holds the secret. */
      readonly variable: string
    }
  | {
      readonly status: 503
      readonly code: 'store_unavailable'
      readonly retryAfterSeconds: number
      /** What the store or the limiter threw. */
      readonly cause?: unknown
    }
