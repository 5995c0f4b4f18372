import { expect } from 'vitest'
import type { FunctionCase } from './function-case.ts'

const hash = 'a'.repeat(64)
const nextHash = 'b'.repeat(64)
const metadata = { plan: { seats: 3 }, note: 'say "hi"\n' }
const limits = [{ name: 'burst', quota: 5, windowSeconds: 60 }]

/** The functions of the keyring and of the limiter, in the order of a key's life. */
export const keyringCases: readonly FunctionCase[] = [
  { call: 'read_api_key_clock', args: () => ({ input: {} }), result: () => expect.stringMatching(/^\d{4}-.*T/) },
  {
    call: 'check_visible_rows',
    args: () => ({ commands: 'rwd', tables: ['api_key'] }),
    result: () => null,
  },
  { call: 'list_readable_api_key_owners', args: () => ({}), result: () => [null] },
  { call: 'read_api_key_texts', args: () => ({ input: ['a', '"b"'] }), result: () => ['a', '"b"'] },
  { call: 'get_api_key_owner_state', args: ({ userId }) => ({ owner: userId }), result: () => 'active' },
  { call: 'lock_api_key_owner', args: ({ userId }) => ({ owner: userId }), result: () => null },
  {
    call: 'create_api_key',
    args: ({ keyId, userId, now }) => ({
      input: {
        id: keyId,
        owner: userId,
        name: 'first',
        start: 'acme_abc',
        hash,
        at: now,
        expiresAt: null,
        actor: null,
        scopes: ['read'],
        limits,
        allowedIps: ['10.0.0.0/8'],
        metadata,
        maximumKeys: 2,
      },
    }),
    result: ({ keyId }) => ({ id: keyId, scopes: ['read'], limits, allowedIps: ['10.0.0.0/8'], metadata }),
  },
  {
    call: 'find_api_key',
    args: () => ({ input: { hash } }),
    result: ({ keyId }) => ({ record: { id: keyId, metadata }, isCurrent: true }),
  },
  {
    call: 'use_api_key',
    args: () => ({ input: { hash, points: 100, cost: 2, scopes: [['read', '*']] } }),
    // The database counts for no key with addresses.
    result: ({ keyId }) => ({ record: { id: keyId, metadata }, isCurrent: true }),
  },
  {
    call: 'get_api_key',
    args: ({ keyId }) => ({ input: { id: keyId, owner: null } }),
    result: ({ keyId }) => ({ id: keyId, limits }),
  },
  {
    call: 'list_api_keys',
    args: ({ userId, now }) => ({ input: { owner: userId, state: 'usable', at: now, after: null, limit: 10 } }),
    result: ({ keyId }) => [{ id: keyId }],
  },
  {
    call: 'change_api_key',
    args: ({ keyId, now }) => ({
      input: { id: keyId, owner: null, action: 'updated', actor: null, at: now, set: { metadata: { plan: 'pro' } } },
    }),
    result: ({ keyId }) => ({ id: keyId, metadata: { plan: 'pro' } }),
  },
  {
    call: 'rotate_api_key',
    args: ({ keyId, now }) => ({
      input: { id: keyId, owner: null, hash: nextHash, start: 'acme_def', at: now, graceEndsAt: now, actor: null },
    }),
    result: ({ keyId }) => ({ id: keyId, start: 'acme_def' }),
  },
  {
    call: 'record_api_key_usage',
    args: ({ keyId, now }) => ({
      input: { entries: [{ id: keyId, hour: '2026-11-27T10:00:00Z', allowed: 2, refused: 1, lastUsedAt: now }] },
    }),
    result: () => true,
  },
  {
    call: 'read_api_key_usage',
    args: ({ keyId }) => ({ input: { id: keyId, owner: null, unit: 'day', from: '2026-11-01T00:00:00Z' } }),
    result: () => [{ startsAt: expect.stringContaining('2026-11-27'), allowed: 2, refused: 1 }],
  },
  {
    call: 'read_api_key_audit',
    args: ({ keyId }) => ({ input: { id: keyId, owner: null, after: null, limit: 10 } }),
    result: () => [
      { action: 'rotated' },
      { action: 'updated', changes: { metadata: { from: metadata, to: { plan: 'pro' } } } },
      { action: 'created', changes: {} },
    ],
  },
  {
    call: 'revoke_api_keys',
    args: ({ userId, now }) => ({ input: { owner: userId, at: now, actor: null } }),
    result: () => 1,
  },
  {
    call: 'prune_api_keys',
    args: ({ now }) => ({ input: { at: now, limit: 100 } }),
    result: () => ({ keys: 0, secrets: 0, auditEntries: 0 }),
  },
  { call: 'delete_api_keys', args: ({ userId }) => ({ input: { owner: userId } }), result: () => 1 },
  {
    call: 'consume_limit',
    args: () => ({ input: { hash, points: 3, windowSeconds: 60 } }),
    result: () => ({ points: 3 }),
  },
  {
    call: 'consume_limits',
    args: () => ({ input: { points: 2, counters: [{ hash, quota: 4, windowSeconds: 60 }] } }),
    result: () => [3],
  },
  {
    call: 'add_limit_points',
    args: () => ({ input: { hash: nextHash, points: 1, quota: 4, windowSeconds: 60 } }),
    result: () => ({ hash: nextHash, points: 1 }),
  },
  { call: 'reward_limit', args: () => ({ input: { hash, points: 1 } }), result: () => ({ points: 2 }) },
  { call: 'get_limit', args: () => ({ input: { hash } }), result: () => ({ points: 2 }) },
  { call: 'delete_limit', args: () => ({ input: { hash } }), result: () => true },
]
