import { describe, expect, it } from 'vitest'

import { at, setUp, start } from '../../../test/keyring-fixture.ts'

describe('create and update', () => {
  it.each<[string, object, string]>([
    ['an empty owner', { owner: '' }, 'ERR_KEY_VALUE'],
    ['an empty name', { name: '' }, 'ERR_KEY_VALUE'],
    ['a name with a line break', { name: 'a\nb' }, 'ERR_KEY_VALUE'],
    ['a name with NUL', { name: 'a\0' }, 'ERR_KEY_VALUE'],
    ['a name with a lone surrogate', { name: 'a\ud800' }, 'ERR_KEY_VALUE'],
    ['a name of 101 characters', { name: 'a'.repeat(101) }, 'ERR_KEY_VALUE'],
    ['an expiry in the past', { expiresAt: start }, 'ERR_KEY_VALUE'],
    ['an expiry after the year 9999', { expiresAt: new Date('+010000-01-01T00:00:00Z') }, 'ERR_KEY_VALUE'],
    ['an invalid date', { expiresAt: new Date(Number.NaN) }, 'ERR_KEY_VALUE'],
    ['a range with host bits', { allowedIps: ['10.0.0.1/8'] }, 'ERR_KEY_VALUE'],
    ['a host name', { allowedIps: ['localhost'] }, 'ERR_KEY_VALUE'],
    ['metadata with NUL', { metadata: { a: '\0' } }, 'ERR_KEY_VALUE'],
    ['metadata with a lone surrogate', { metadata: { a: ['\udfff'] } }, 'ERR_KEY_VALUE'],
    ['large metadata', { metadata: { a: 'x'.repeat(16_384) } }, 'ERR_KEY_VALUE'],
    ['an empty scope', { scopes: [''] }, 'ERR_KEY_SCOPE'],
    ['a scope with a space', { scopes: ['a b'] }, 'ERR_KEY_SCOPE'],
    ['a scope with half a wildcard', { scopes: ['rep*'] }, 'ERR_KEY_SCOPE'],
    ['a limit without a limiter', { limits: [{ name: 'hour', quota: 1, windowSeconds: 3600 }] }, 'ERR_CONFIG_KEYRING'],
  ])('reject %s', async (_name, values, code) => {
    const { keyring, make } = setUp()
    await expect(make(values)).rejects.toMatchObject({ code })
    if ('owner' in values) return
    const { record } = await make()
    await expect(keyring.update(record.id, values)).rejects.toMatchObject({ code })
  })

  it('keep metadata that only looks like an escaped NUL or surrogate', async () => {
    const metadata = { a: '\\u0000', b: '\\\\ud800', c: '\u{1f511}' }
    expect((await setUp().make({ metadata })).record.metadata).toEqual(metadata)
  })

  it('grant no scope that the creator cannot grant', async () => {
    const { keyring, make } = setUp()
    const grantable = ['reports:*', 'users:read']
    const { record } = await make({ scopes: ['reports:read', 'reports:*', 'users:read'], grantable })
    for (const scope of ['users:*', 'users:write', '*', 'reports', '*:read']) {
      await expect(make({ scopes: [scope], grantable })).rejects.toMatchObject({ code: 'ERR_KEY_GRANT' })
      await expect(keyring.update(record.id, { scopes: [scope] }, { grantable })).rejects.toMatchObject({
        code: 'ERR_KEY_GRANT',
      })
    }
    await expect(make({ scopes: ['users:read'], grantable: [] })).rejects.toMatchObject({ code: 'ERR_KEY_GRANT' })
  })

  it('reject a scope that the keyring does not know', async () => {
    const { keyring, make } = setUp({ scopes: ['reports:read', 'reports:write'] })
    await expect(make({ scopes: ['report:read'] })).rejects.toMatchObject({ code: 'ERR_KEY_SCOPE' })
    await expect(make({ scopes: ['users:*'] })).rejects.toMatchObject({ code: 'ERR_KEY_SCOPE' })
    expect((await make({ scopes: ['reports:*', '*'] })).record.scopes).toEqual(['reports:*', '*'])
    expect(() => keyring.verifier({ scopes: ['report:read'] })).toThrow('ERR_KEY_SCOPE')
    expect(() => keyring.verifier({ scopes: ['reports:*'] })).toThrow('ERR_KEY_SCOPE')
    expect(() => keyring.verifier({ scopes: { any: [] } })).toThrow('ERR_KEY_SCOPE')
  })

  it('add entries to the audit trail that say who changed what', async () => {
    const { keyring, make, advance } = setUp()
    const { record } = await make({ actor: 'root' })
    advance(1)
    await keyring.update(record.id, { name: 'New', scopes: ['a'] }, { owner: 'ada' })
    await keyring.update(record.id, { name: 'New' }, { owner: 'ada' })
    advance(1)
    await keyring.revoke(record.id, { actor: 'admin' })
    await keyring.revoke(record.id, { actor: 'admin' })
    expect(await keyring.audit(record.id, { owner: 'ada' })).toEqual([
      {
        id: '3',
        at: at(2),
        actor: 'admin',
        action: 'revoked',
        changes: { revokedAt: { from: null, to: at(2).toISOString() } },
      },
      {
        id: '2',
        at: at(1),
        actor: 'ada',
        action: 'updated',
        changes: { name: { from: 'CI', to: 'New' }, scopes: { from: [], to: ['a'] } },
      },
      { id: '1', at: at(0), actor: 'root', action: 'created', changes: {} },
    ])
  })
})
