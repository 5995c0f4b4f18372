import { expect, it } from 'vitest'
import { parseAuthReturn } from './parse-auth-return.ts'

it.each([
  ['code=abc&next=/keys', { kind: 'code', code: 'abc' }],
  ['token_hash=pkce_1a&type=email_change', { kind: 'token', tokenHash: 'pkce_1a', type: 'email_change' }],
  ['token_hash=1a&type=email', { kind: 'token', tokenHash: '1a', type: 'email' }],
  ['message=Confirmation+link+accepted.', { kind: 'half_confirmed' }],
  ['error=access_denied', { kind: 'refused', reason: 'denied' }],
  ['error=access_denied&error_code=otp_expired', { kind: 'refused', reason: 'expired' }],
  ['error=server_error&code=abc', { kind: 'refused', reason: 'failed' }],
  ['token_hash=1a&type=recovery', { kind: 'refused', reason: 'failed' }],
  ['token_hash=1a', { kind: 'refused', reason: 'failed' }],
  ['token_hash=&type=email', { kind: 'refused', reason: 'failed' }],
  ['code=', { kind: 'refused', reason: 'failed' }],
  ['', { kind: 'refused', reason: 'failed' }],
])('parses %s', (query, expected) => {
  expect(parseAuthReturn(new URLSearchParams(query))).toEqual(expected)
})
