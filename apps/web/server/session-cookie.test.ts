import { AuthApiError, AuthRetryableFetchError, AuthSessionMissingError, AuthUnknownError } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { belongsToSession, isSessionCookie, isSessionEnded, sessionCookieName } from './session-cookie.ts'

describe('isSessionEnded', () => {
  it.each([
    'user_not_found',
    'session_not_found',
    'session_expired',
    'refresh_token_already_used',
    'bad_jwt',
    'no_authorization',
  ])('is true for %s', (code) => {
    expect(isSessionEnded(new AuthApiError('refused', 403, code))).toBe(true)
  })

  it('is true for a missing session', () => {
    expect(isSessionEnded(new AuthSessionMissingError())).toBe(true)
  })

  it.each([
    ['an outage', new AuthRetryableFetchError('fetch failed', 0)],
    ['a service error', new AuthRetryableFetchError('Bad Gateway', 502)],
    ['a rate limit', new AuthApiError('slow down', 429, 'over_request_rate_limit')],
    ['a wrong publishable key', new AuthApiError('Invalid API key', 401, undefined)],
    ['a session that was not refreshed', new AuthApiError('not refreshed', 409, 'session_expired')],
    ['an unreadable response', new AuthUnknownError('Unexpected token <', new Error('not JSON'))],
  ])('is false for %s', (_name, error) => {
    expect(isSessionEnded(error)).toBe(false)
  })
})

describe('isSessionCookie', () => {
  it.each([
    'routekey-session',
    'routekey-session.0',
    'routekey-session.12',
    '__Host-routekey-session',
    '__Host-routekey-session.1',
  ])('is true for %s', (name) => {
    expect(isSessionCookie(name)).toBe(true)
  })

  it.each([
    'routekey-session-code-verifier',
    'routekey-session.',
    'routekey-session.x',
    'other',
    'routekey',
    '.0',
    '__Secure-routekey-session',
    '__Host-',
  ])('is false for %s', (name) => {
    expect(isSessionCookie(name)).toBe(false)
  })
})

describe('belongsToSession', () => {
  it.each([true, false])('is true for every cookie with the name (secure: %s)', (secure) => {
    const name = sessionCookieName({ secure })
    expect([name, `${name}.0`, `${name}-code-verifier`].every(belongsToSession)).toBe(true)
  })

  it.each(['routekey-sign-up', '__Host-routekey-sign-up', 'other', 'x-routekey-session'])('is false for %s', (name) => {
    expect(belongsToSession(name)).toBe(false)
  })
})
