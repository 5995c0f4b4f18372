import type { AuditEntry } from 'routekey'
import { expect, it } from 'vitest'
import { describeAuditEntry } from './describe-audit-entry.ts'

const owner = '50000000-0000-4000-8000-000000000001'
const at = new Date('2026-03-01T12:00:00Z')
const makeEntry = (entry: Partial<AuditEntry>): AuditEntry => ({
  id: '1',
  at,
  actor: owner,
  action: 'updated',
  changes: {},
  ...entry,
})

it.each([
  [owner, 'You'],
  [null, 'The application'],
  ['support', 'support'],
])('names the actor %s as %s', (actor, name) => {
  expect(describeAuditEntry(makeEntry({ actor, action: 'created' }), owner)).toEqual({
    id: '1',
    at,
    actor: name,
    action: 'created the key',
    changes: [],
  })
})

it('describes a change of only the name as a rename', () => {
  const name = { from: 'CI', to: 'Deploy' }
  const renamed = describeAuditEntry(makeEntry({ changes: { name } }), owner)
  expect(renamed).toMatchObject({ action: 'renamed the key', changes: [{ property: 'Name', ...name }] })
  const more = describeAuditEntry(makeEntry({ changes: { name, scopes: { from: [], to: ['a:b'] } } }), owner)
  expect(more.action).toBe('changed the key')
})

it('describes a change of only the end of the old key as its end', () => {
  const graceEndsAt = { from: '2026-03-02T12:00:00+00:00', to: null }
  const ended = describeAuditEntry(makeEntry({ changes: { graceEndsAt } }), owner)
  expect(ended).toMatchObject({ action: 'ended the old key', changes: [{ property: 'Old key works until' }] })
  expect(describeAuditEntry(makeEntry({ action: 'rotated', changes: { graceEndsAt } }), owner).action).toBe(
    'rotated the key',
  )
})

it('describes each changed property before and after', () => {
  const changes: AuditEntry['changes'] = {
    graceEndsAt: { from: null, to: '2026-03-02T12:00:00+00:00' },
    expiresAt: { from: '2026-04-01T00:00:00+00:00', to: null },
    allowedIps: { from: [], to: ['192.0.2.0/24', '198.51.100.7'] },
    limits: { from: [{ name: 'limit', quota: 1000, windowSeconds: 3600 }], to: [] },
    scopes: { from: ['account:read'], to: [] },
    start: { from: 'rk_user_ab12', to: 'rk_user_cd34' },
  }
  expect(describeAuditEntry(makeEntry({ action: 'rotated', changes }), owner).changes).toEqual([
    { property: 'Key', from: 'rk_user_ab12…', to: 'rk_user_cd34…' },
    { property: 'Scopes', from: 'account:read', to: 'none' },
    { property: 'Limits', from: '1,000 requests per hour', to: 'none' },
    { property: 'Allowed IPs', from: 'any', to: '192.0.2.0/24, 198.51.100.7' },
    { property: 'Expires', from: 'Apr 1, 2026, 12:00 AM UTC', to: 'never' },
    { property: 'Old key works until', from: 'not set', to: 'Mar 2, 2026, 12:00 PM UTC' },
  ])
})

it('leaves out properties that repeat the action, and metadata', () => {
  const changes: AuditEntry['changes'] = {
    revokedAt: { from: null, to: '2026-03-01T12:00:00+00:00' },
    metadata: { from: {}, to: { note: 'x' } },
  }
  expect(describeAuditEntry(makeEntry({ action: 'revoked', changes }), owner)).toMatchObject({
    action: 'revoked the key',
    changes: [],
  })
})

it('throws on an unexpected shape', () => {
  const changes = { limits: { from: [], to: ['many'] } }
  expect(() => describeAuditEntry(makeEntry({ changes }), owner)).toThrow('expected object, received string')
})
