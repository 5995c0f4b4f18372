import type { KeyRecord } from 'routekey'
import { describe, expect, it } from 'vitest'
import { keyState } from './key-state.ts'

const now = new Date('2026-03-01T12:00:00Z')
const at = (time: string) => new Date(`2026-03-${time}:00Z`)

function makeKey(changes: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    owner: 'ada',
    name: 'CI',
    start: 'rk_user_ab12',
    scopes: [],
    limits: [],
    allowedIps: [],
    metadata: {},
    createdAt: new Date('2026-01-01T00:00:00Z'),
    expiresAt: null,
    graceEndsAt: null,
    disabledAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...changes,
  }
}

describe('keyState', () => {
  it.each([
    ['active', {}],
    ['active', { expiresAt: at('08T12:01') }],
    ['active', { graceEndsAt: now }],
    ['expired', { expiresAt: now }],
    ['expired', { expiresAt: now, graceEndsAt: at('02T12:00') }],
    ['disabled', { disabledAt: now, graceEndsAt: at('02T12:00') }],
    ['revoked', { revokedAt: now, disabledAt: now, expiresAt: now }],
  ] as const)('is %s: %j', (kind, changes) => {
    expect(keyState(makeKey(changes), now)).toEqual({ kind })
  })

  it('is expiring with a week left', () => {
    const expiresAt = at('08T12:00')
    expect(keyState(makeKey({ expiresAt }), now)).toEqual({ kind: 'expiring', at: expiresAt })
  })

  it('is rotated while the old key works, even if the new one expires soon', () => {
    const until = at('02T12:00')
    const key = makeKey({ graceEndsAt: until, expiresAt: at('03T12:00') })
    expect(keyState(key, now)).toEqual({ kind: 'rotated', until })
  })
})
