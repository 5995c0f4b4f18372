import { expect, it } from 'vitest'
import { parseAuthReturn } from './parse-auth-return.ts'

const noEmail = 'Error+getting+user+email+from+external+provider'

it.each([
  ['code=abc&next=/keys', { kind: 'code', code: 'abc' }],
  ['token_hash=pkce_1a&type=email_change', { kind: 'token', tokenHash: 'pkce_1a', type: 'email_change' }],
  ['token_hash=1a&type=email', { kind: 'token', tokenHash: '1a', type: 'email' }],
  ['message=Confirmation+link+accepted.', { kind: 'half_confirmed' }],
])('parses %s', (query, expected) => {
  expect(parseAuthReturn(new URLSearchParams(query))).toEqual(expected)
})

it.each([
  ['error=access_denied', 'denied', 'access_denied'],
  ['error=access_denied&error_code=otp_expired', 'otp_expired', 'otp_expired'],
  ['error=access_denied&error_code=user_banned', 'user_banned', 'user_banned'],
  ['error=access_denied&error_code=signup_disabled', 'signup_disabled', 'signup_disabled'],
  [
    'error=access_denied&error_code=provider_email_needs_verification',
    'provider_email_needs_verification',
    'provider_email_needs_verification',
  ],
  [`error=server_error&error_code=unexpected_failure&error_description=${noEmail}`, 'no_email', 'unexpected_failure'],
  ['error=server_error&error_code=unexpected_failure', 'failed', 'unexpected_failure'],
  ['error=access_denied&error_code=brand_new', 'failed', 'brand_new'],
  ['error=access_denied&error_code=', 'failed', ''],
  ['error=server_error&code=abc', 'failed', 'server_error'],
  ['error_code=constructor&code=abc', 'failed', 'constructor'],
  ['token_hash=1a&type=recovery', 'failed', 'no_parameters'],
  ['token_hash=1a', 'failed', 'no_parameters'],
  ['token_hash=&type=email', 'failed', 'no_parameters'],
  ['code=', 'failed', 'no_parameters'],
  ['', 'failed', 'no_parameters'],
])('parses %s as refused: %s', (query, reason, code) => {
  expect(parseAuthReturn(new URLSearchParams(query))).toEqual({ kind: 'refused', reason, code })
})
