import { type Denial, invalidKey } from './denial.ts'
import type { Credential } from './extract-credential.ts'

/** What a verifier decides about. */
export interface Attempt {
  readonly request: Request
  /** The key that the request brought, or why there is none. */
  readonly credential: Credential
}

/** Headers that a response must carry, by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>

/** What a verifier decides. */
export type Decision<Caller> =
  | { readonly ok: true; readonly caller: Caller; readonly headers?: ResponseHeaders }
  | { readonly ok: false; readonly denial: Denial }

/**
 * Decides about requests. `envSecret` and `anyOf` make verifiers; an object of your own is one too. A verifier that throws
 * refuses: the handler does not run.
 */
export interface Verifier<Caller> {
  /** Query parameters in which a key is accepted; empty for headers alone. */
  readonly queryParameters: readonly string[]
  verify(attempt: Attempt): Decision<Caller> | Promise<Decision<Caller>>
}

const credentialDenials = {
  ambiguous: { status: 400, code: 'ambiguous_key' },
  missing: { status: 401, code: 'missing_key' },
  malformed: invalidKey,
} as const satisfies Record<Exclude<Credential['kind'], 'key'>, Denial>

/** Turns the want of a usable key into a refusal. */
export function denyCredential(kind: Exclude<Credential['kind'], 'key'>): Decision<never> {
  return { ok: false, denial: credentialDenials[kind] }
}
