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
    ['a name of 101 emoji', { name: '\u{1f511}'.repeat(101) }, 'ERR_KEY_VALUE'],
    ['a name that a bidirectional control turns around', { name: 'CI\u202egnp' }, 'ERR_KEY_VALUE'],
    ['a name with a zero-width space', { name: 'C\u200bI' }, 'ERR_KEY_VALUE'],
    ['a name with a line separator', { name: 'CI\u2028' }, 'ERR_KEY_VALUE'],
    ['a name with a paragraph separator', { name: 'CI\u2029a' }, 'ERR_KEY_VALUE'],
    ['a name with a tag', { name: 'CI\u{e0041}' }, 'ERR_KEY_VALUE'],
    ['a name with a joiner between Latin letters', { name: 'C\u200dI' }, 'ERR_KEY_VALUE'],
    ['a name with a joiner at the end', { name: '\u0645\u06cc\u200c' }, 'ERR_KEY_VALUE'],
    ['a name with two joiners', { name: '\u0645\u200c\u200c\u06cc' }, 'ERR_KEY_VALUE'],
    ['a name of a Hangul filler', { name: '\u3164' }, 'ERR_KEY_VALUE'],
    ['a name with a blank Braille pattern', { name: 'CI\u2800' }, 'ERR_KEY_VALUE'],
    ['a name with a private character', { name: 'CI\ue000' }, 'ERR_KEY_VALUE'],
    ['a name with an unassigned character', { name: 'CI\u0378' }, 'ERR_KEY_VALUE'],
    ['a name with a variation selector after a letter', { name: 'CI\ufe0f' }, 'ERR_KEY_VALUE'],
    ['a name of spaces', { name: ' \u00a0' }, 'ERR_KEY_VALUE'],
    ['101 scopes', { scopes: Array.from({ length: 101 }, (_, index) => `a${index}`) }, 'ERR_KEY_VALUE'],
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

  it.each([
    ['100 emoji', '\u{1f511}'.repeat(100)],
    ['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['an astronaut with a skin colour', '\u{1f469}\u{1f3fd}\u200d\u{1f680}'],
    ['a heart on fire, with a variation selector', '\u2764\ufe0f\u200d\u{1f525}'],
    ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Sinhala', '\u0dc1\u0dca\u200d\u0dbb\u0dd3'],
  ])('accept a name that is %s', async (_name, name) => {
    expect((await setUp().make({ name })).record.name).toBe(name)
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
