interface Refusal {
  readonly text: string
  /** The field of a form that causes it; default none. */
  readonly field?: 'email' | 'password'
}

const taken: Refusal = { field: 'email', text: 'An account with this address already exists. Sign in instead.' }
const unusable: Refusal = { field: 'email', text: 'You can’t use this address. Try another one.' }
const unavailable: Refusal = { text: 'We couldn’t reach the sign-in service. Try again in a moment.' }
const expired: Refusal = { text: 'This link has expired or was already used. Start again to get a new one.' }
const stale: Refusal = { text: 'This sign-in was started in another browser, or too long ago. Start again.' }
const ended: Refusal = { text: 'Your session has ended. Sign in again.' }
const turnedOff: Refusal = { text: 'Signing in this way is turned off. Use another way.' }

/** By the `error_code` of Supabase Auth, and by names of this application for what Supabase gives no code. */
const refusals = new Map<string, Refusal>([
  ['denied', { text: 'You didn’t authorize the sign-in. Nothing was changed.' }],
  ['expired', expired],
  ['failed', { text: 'The sign-in did not work. Nothing was changed. Try again, or sign in another way.' }],
  [
    'no_email',
    { text: 'GitHub gave us no email address. Add one to your GitHub account, or sign up with email and password.' },
  ],
  ['session', ended],
  ['unavailable', unavailable],

  ['bad_code_verifier', stale],
  ['bad_oauth_state', stale],
  ['flow_state_expired', stale],
  ['flow_state_not_found', stale],
  // From the client, if the cookie with the verifier is missing.
  ['pkce_code_verifier_not_found', stale],
  ['otp_expired', expired],
  [
    'provider_email_needs_verification',
    { text: 'Your email address at GitHub is not verified. Verify it, then sign in again.' },
  ],
  ['user_banned', { text: 'This account is suspended.' }],
  ['signup_disabled', { text: 'New sign-ups are turned off.' }],
  ['email_provider_disabled', turnedOff],
  ['provider_disabled', turnedOff],
  ['oauth_provider_not_supported', turnedOff],
  ['over_request_rate_limit', { text: 'Too many attempts. Wait a minute, then try again.' }],
  ['over_email_send_rate_limit', { text: 'Too many emails were requested. Wait a minute, then try again.' }],
  ['hook_timeout', unavailable],
  ['hook_timeout_after_retry', unavailable],
  ['request_timeout', unavailable],
  ['session_expired', ended],
  ['session_not_found', ended],
  ['user_not_found', ended],
  ['refresh_token_not_found', ended],
  ['refresh_token_already_used', ended],

  ['invalid_credentials', { text: 'Wrong email address or password.' }],
  [
    'email_not_confirmed',
    { text: 'Open the link that we sent you, to confirm your email address. To get a new link, sign up again.' },
  ],
  ['user_already_exists', taken],
  ['email_exists', taken],
  ['validation_failed', unusable],
  ['email_address_invalid', unusable],
  ['email_address_not_authorized', unusable],
  ['weak_password', { field: 'password', text: 'This password is too easy to guess. Try a longer one.' }],
])

/** The message for a visitor if Supabase cannot be reached. */
export const authUnavailable = unavailable.text

/**
 * Finds what to tell a visitor about an error of Supabase Auth.
 *
 * @param code the `error_code`, or a name of this application such as `denied`
 * @returns undefined if the code is unknown
 */
export function findRefusal(code: string | undefined): Refusal | undefined {
  return code === undefined ? undefined : refusals.get(code)
}

/**
 * Returns the name under which the sign-in page explains an error: its code, or `failed`, which claims nothing about the
 * cause, if the code is unknown or is about a field.
 */
export function nameRefusal(code: string | undefined): string {
  const refusal = findRefusal(code)
  return code === undefined || refusal === undefined || refusal.field !== undefined ? 'failed' : code
}

/**
 * Explains the error in the query of the sign-in page, which can be anything.
 *
 * @returns undefined if there is none
 */
export function explainQueryError(value: string | string[] | undefined): string | undefined {
  if (value === undefined) return undefined
  return findRefusal(nameRefusal(typeof value === 'string' ? value : undefined))?.text
}

/** Returns a code for the log. A code from a query can be anything, so only the form of Supabase's codes passes. */
export function loggedCode(code: string | null | undefined): string {
  return code !== null && code !== undefined && /^[a-z][a-z_]{0,49}$/.test(code) ? code : 'unknown'
}
