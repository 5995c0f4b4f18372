import { type Denial, invalidKey } from './denial.ts'
import type { Credential, CredentialSources } from './extract-credential.ts'

/** A request, with the key that it carries. */
export interface Attempt {
  readonly request: Request
  readonly credential: Credential
}

/** Headers to set on the response, by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>

/** The decision of a verifier: the caller that it accepts, or a denial. */
export type Decision<Caller> =
  | { readonly ok: true; readonly caller: Caller; readonly headers?: ResponseHeaders }
  | { readonly ok: false; readonly denial: Denial }

/**
 * Decides which requests are accepted. `envSecret`, `anyOf`, `keyring.verifier()` and `envWebhook` create verifiers, and you can
 * write your own. If `verify` throws, the handler does not run.
 */
export interface Verifier<Caller> extends CredentialSources {
  verify(attempt: Attempt): Decision<Caller> | Promise<Decision<Caller>>
}

const credentialDenials = {
  ambiguous: { status: 400, code: 'ambiguous_key' },
  missing: { status: 401, code: 'missing_key' },
  malformed: invalidKey,
} as const satisfies Record<Exclude<Credential['kind'], 'key'>, Denial>

/** Refuses a request that has no usable key. */
export function denyCredential(kind: Exclude<Credential['kind'], 'key'>): Decision<never> {
  return { ok: false, denial: credentialDenials[kind] }
}
