import { AuthApiError, AuthRetryableFetchError, AuthSessionMissingError, AuthUnknownError } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { isSessionCookie, isSessionEnded } from './session-cookie.ts'

describe('isSessionEnded', () => {
  it.each(['user_not_found', 'session_not_found', 'session_expired', 'refresh_token_already_used', 'bad_jwt'])(
    'believes %s',
    (code) => {
      expect(isSessionEnded(new AuthApiError('refused', 403, code))).toBe(true)
    },
  )

  it('believes that there is none', () => {
    expect(isSessionEnded(new AuthSessionMissingError())).toBe(true)
  })

  it.each([
    ['an outage', new AuthRetryableFetchError('fetch failed', 0)],
    ['a failing service', new AuthRetryableFetchError('Bad Gateway', 502)],
    ['a limit', new AuthApiError('slow down', 429, 'over_request_rate_limit')],
    ['a wrong publishable key', new AuthApiError('Invalid API key', 401, undefined)],
    ['an answer that is no answer', new AuthUnknownError('Unexpected token <', new Error('not JSON'))],
  ])('takes %s for nothing of the kind', (_name, error) => {
    expect(isSessionEnded(error)).toBe(false)
  })
})

describe('isSessionCookie', () => {
  it.each(['routekey-session', 'routekey-session.0', 'routekey-session.12'])('knows %s', (name) => {
    expect(isSessionCookie(name)).toBe(true)
  })

  it.each(['routekey-session-code-verifier', 'routekey-session.', 'routekey-session.x', 'other', 'routekey', '.0'])(
    'leaves %s alone',
    (name) => {
      expect(isSessionCookie(name)).toBe(false)
    },
  )
})
