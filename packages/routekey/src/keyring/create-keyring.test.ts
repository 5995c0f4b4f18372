import { describe, expect, it } from 'vitest'

import { type KeyringOptions, createKeyring } from '../index.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { limitInvalidAttempts } from './verify/invalid-attempts.ts'

describe('createKeyring', () => {
  const store = createMemoryStore()
  it.each<[string, Partial<KeyringOptions>, string]>([
    ['an invalid prefix', { prefix: 'a b' }, 'ERR_KEY_PREFIX'],
    ['a weak pepper', { pepper: 'pepper' }, 'ERR_KEY_PEPPER'],
    ['a timeout of 0', { timeoutMs: 0 }, 'ERR_CONFIG_KEYRING'],
    ['a timeout longer than a timer', { timeoutMs: 2 ** 31 }, 'ERR_CONFIG_KEYRING'],
    ['a cache of 0 seconds', { cache: { seconds: 0 } }, 'ERR_CONFIG_KEYRING'],
    [
      'a throttle without callerIp',
      { invalidAttempts: limitInvalidAttempts({ quota: 1, windowSeconds: 1 }) },
      'ERR_CONFIG_KEYRING',
    ],
    ['a wildcard among the known scopes', { scopes: ['a:*'] }, 'ERR_KEY_SCOPE'],
    ['usage with a flush after 0 seconds', { usage: { flushSeconds: 0 } }, 'ERR_CONFIG_KEYRING'],
  ])('rejects %s', (_name, options, code) => {
    expect(() => createKeyring({ store, prefix: 'acme', ...options })).toThrow(code)
  })

  it('rejects a pepper from an unset variable', () => {
    // @ts-expect-error -- JavaScript can pass it
    expect(() => createKeyring({ store, prefix: 'acme', pepper: undefined })).toThrow('ERR_KEY_PEPPER')
  })
})
