import { createHash, createHmac } from 'node:crypto'

import { expect, it } from 'vitest'

import { hashKey } from './hash-key.ts'

const pepper = 'f3b1c9d07a6e45829c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d'

it('hashes with SHA-256, and with HMAC-SHA-256 if there is a pepper', () => {
  expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(hashKey('rk_1')).toBe(createHash('sha256').update('rk_1').digest('hex'))
  expect(hashKey('rk_1', { pepper })).toBe(createHmac('sha256', pepper).update('rk_1').digest('hex'))
  expect(hashKey('rk_1', { pepper })).toBe(hashKey('rk_1', { pepper }))
})

it.each([[undefined], [''], ['changeme'], ['a'.repeat(64)]])(
  'throws for the pepper %j, before and after a strong one',
  (weak) => {
    // @ts-expect-error a caller without exactOptionalPropertyTypes may pass undefined
    const hash = () => hashKey('rk_1', { pepper: weak })
    expect(hash).toThrow(expect.objectContaining({ code: 'ERR_KEY_PEPPER' }))
    hashKey('rk_1', { pepper })
    expect(hash).toThrow(expect.objectContaining({ code: 'ERR_KEY_PEPPER' }))
  },
)

it('does not repeat the pepper in the error', () => {
  expect(() => hashKey('rk_1', { pepper: 'hunter2' })).not.toThrow('hunter2')
})
