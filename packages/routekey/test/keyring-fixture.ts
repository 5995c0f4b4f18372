import { vi } from 'vitest'

import { type KeyringOptions, createKeyring, generateKey } from '../src/index.ts'
import { createMemoryStore } from '../src/stores/memory.ts'

/** The time at which the clock of {@link setUp} starts. */
export const start = new Date('2026-03-01T12:30:00.000Z')

export const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)

/** Creates a keyring with a clock that a test moves, and records the calls of its store. */
export function setUp(options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {}) {
  let now = start
  const store = options.store ?? createMemoryStore()
  const calls: string[] = []
  const counting = new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver)
      if (value !== undefined) calls.push(String(name))
      return value
    },
  })
  const logger = { error: vi.fn<(message: string) => void>() }
  const keyring = createKeyring({ prefix: 'acme_live', clock: () => now, logger, ...options, store: counting })
  // It tells the store how long a call may take.
  calls.length = 0
  return {
    keyring,
    calls,
    logger,
    advance: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)),
    make: (values: object = {}) => keyring.create({ owner: 'ada', name: 'CI', ...values }),
  }
}

/** Changes the last character of a key, so that its checksum is wrong. */
export const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')

/** Returns a well-formed key that no store has. */
export const guess = () => generateKey({ prefix: 'acme_live' })

export const callerIp = (incoming: Request) => incoming.headers.get('x-real-ip')

export const invalid = { ok: false, denial: { status: 401, code: 'invalid_key' } }

export const request = (key: string, headers: Record<string, string> = {}) =>
  new Request('http://localhost/api', { headers: { authorization: `Bearer ${key}`, ...headers } })
