import { createHash, createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { createKeyring, generateKey, hashKey } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { type ImportedKey, importKey, matchKeys } from './index.ts'

const foreign = `ba_${'aZ'.repeat(32)}`
const digest = (key: string) => createHash('sha256').update(key)
const pepper = generateKey()

const store = () => createMemoryStore()
const makeKey = (values: Partial<ImportedKey> = {}): ImportedKey => ({
  owner: 'ada',
  name: 'CI',
  hash: hashKey(foreign),
  algorithm: 'sha256',
  ...values,
})

describe('an imported key', () => {
  it.each([
    ['hex', digest(foreign).digest('hex')],
    ['capital hex', digest(foreign).digest('hex').toUpperCase()],
    ['hex of bytea', `\\x${digest(foreign).digest('hex')}`],
    ['base64', digest(foreign).digest('base64')],
    ['base64 without padding', digest(foreign).digest('base64').replace('=', '')],
    ['base64url', digest(foreign).digest('base64url')],
  ])('is accepted with its hash in %s, with a pepper and without', async (_encoding, hash) => {
    for (const options of [{}, { pepper }]) {
      const keys = store()
      const { id } = await importKey(keys, makeKey({ hash }))
      const foreignKeys = matchKeys(/sk_.+/, /ba_[A-Za-z]{64}/)
      const keyring = createKeyring({ store: keys, prefix: 'acme', foreignKeys, ...options })
      expect(await keyring.verify(foreign)).toMatchObject({ ok: true, record: { id, owner: 'ada' } })
      expect(await keyring.verify(foreign.replace('a', 'b'))).toMatchObject({ denial: { code: 'invalid_key' } })
      const own = await keyring.create({ owner: 'ada', name: 'own' })
      expect((await keyring.verify(own.key)).ok).toBe(true)
    }
  })

  it('is accepted with an earlier prefix, by the hash of a keyring with the same pepper', async () => {
    const keys = store()
    const key = generateKey({ prefix: 'acme_old' })
    const hash = createHmac('sha256', pepper).update(key).digest('hex')
    await importKey(keys, makeKey({ hash, algorithm: 'hmac-sha256' }))
    const [before, after] = [[], ['other', 'acme_old']].map((previousPrefixes) =>
      createKeyring({ store: keys, prefix: 'acme', pepper, previousPrefixes }),
    )
    expect(await before!.verify(key)).toMatchObject({ denial: { code: 'invalid_key' } })
    expect((await after!.verify(key)).ok).toBe(true)
    const { key: own } = await after!.create({ owner: 'ada', name: 'CI' })
    expect(own).toMatch(/^acme_[^_]+$/)
  })

  it('keeps its properties, and can be rotated, limited and revoked as others', async () => {
    const keys = store()
    const createdAt = new Date('2024-05-01T00:00:00Z')
    const expiresAt = new Date(Date.now() + 60_000)
    const record = await importKey(
      keys,
      makeKey({ start: 'ba_aZ', scopes: ['a:b'], metadata: { plan: 'pro' }, createdAt, expiresAt, actor: 'import' }),
    )
    expect(record).toMatchObject({ start: 'ba_aZ', scopes: ['a:b'], metadata: { plan: 'pro' }, createdAt, expiresAt })
    const keyring = createKeyring({ store: keys, prefix: 'acme', foreignKeys: matchKeys(/ba_[A-Za-z]{64}/) })
    expect(await keyring.audit(record.id)).toMatchObject([{ action: 'created', actor: 'import', at: createdAt }])
    const rotated = await keyring.rotate(record.id, { graceSeconds: 60 })
    expect(rotated!.key).toMatch(/^acme_/)
    expect(await keyring.verify(foreign)).toMatchObject({ ok: true, isCurrent: false })
    await keyring.revoke(record.id)
    expect(await keyring.verify(foreign)).toMatchObject({ denial: { code: 'key_revoked' } })
  })

  it('is stored once, however often it is imported, and never for another owner', async () => {
    const keys = store()
    const first = await importKey(keys, makeKey())
    expect(await importKey(keys, makeKey({ name: 'again' }))).toEqual(first)
    await expect(importKey(keys, makeKey({ owner: 'eve' }))).rejects.toThrow('ERR_KEY_VALUE')
  })

  it.each<[string, Partial<ImportedKey>]>([
    ['a bcrypt hash', { hash: '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' }],
    ['a hash of 64 bytes', { hash: 'a'.repeat(128) }],
    ['a hash of 31 bytes', { hash: 'a'.repeat(62) }],
    ['an empty hash', { hash: '' }],
    ['no owner', { owner: '' }],
    ['an expiry in the past', { expiresAt: new Date(0) }],
    ['a creation in the future', { createdAt: new Date(Date.now() + 60_000) }],
    ['an invalid date', { createdAt: new Date(Number.NaN) }],
    ['a start with a line break', { start: 'a\nb' }],
  ])('is refused with %s', async (_name, values) => {
    await expect(importKey(store(), makeKey(values))).rejects.toThrow('ERR_KEY_VALUE')
  })

  it.each(['bcrypt', 'sha512', 'SHA-256', 'md5', ''])(
    'is refused with the algorithm %j, which its error names',
    async (name) => {
      // @ts-expect-error -- values from a table have no type
      const importing = importKey(store(), makeKey({ algorithm: name }))
      await expect(importing).rejects.toThrow(`Keys hashed with "${name}" cannot be imported`)
    },
  )
})

describe('the formats of foreign keys', () => {
  it.each([
    ['part of a key', /[a-z]{4}/, 'abcdX', false],
    ['a key with a line after it', /[a-z]{4}/m, 'abcd\nX', false],
    ['one of two alternatives', /ab|cd/, 'abX', false],
    ['a whole alternative', /ab|cd/, 'cd', true],
    ['another case with its flag', /ab/i, 'AB', true],
    ['a long key', /a+/, 'a'.repeat(513), false],
  ])('match %s: %s', (_name, pattern, key, expected) => {
    expect(matchKeys(pattern)(key) !== null).toBe(expected)
  })

  it('match a key each time, with flags that remember a position', () => {
    const format = matchKeys(/[a-z]+/gy)
    expect([1, 2, 3].map(() => format('abc'))).toEqual([1, 2, 3].map(() => hashKey('abc')))
  })

  it('cost no look-up and no hash for other keys', async () => {
    const keys = store()
    const keyring = createKeyring({
      store: { ...keys, findByHash: () => Promise.reject(new Error('read')) },
      prefix: 'acme',
      foreignKeys: matchKeys(/ba_[A-Za-z]{64}/),
    })
    for (const key of ['', 'ba_', `${foreign}a`, generateKey({ prefix: 'other' })]) {
      expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'invalid_key' } })
    }
  })

  it('refuse an earlier prefix that is not one', () => {
    expect(() => createKeyring({ store: store(), prefix: 'acme', previousPrefixes: ['ac me'] })).toThrow(
      'ERR_KEY_PREFIX',
    )
  })
})
