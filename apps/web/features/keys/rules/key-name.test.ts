import { createKeyring } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { keyNameSchema } from './key-name.ts'

const keyring = createKeyring({ prefix: 'rk_user', store: createMemoryStore() })

async function isAccepted(name: string): Promise<boolean> {
  try {
    return (await keyring.create({ owner: crypto.randomUUID(), name })).ok
  } catch {
    return false
  }
}

it.each([
  ['51 emoji', '\u{1f511}'.repeat(51), true],
  ['100 emoji', '\u{1f511}'.repeat(100), true],
  ['101 emoji', '\u{1f511}'.repeat(101), false],
  ['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', true],
  ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', true],
  ['nothing', '', false],
  ['a joiner between Latin letters', 'C\u200dI', false],
  ['a joiner alone', '\u200d', false],
  ['a bidirectional control', 'CI\u202egnp', false],
  ['a zero-width space', 'C\u200bI', false],
  ['a line separator', 'C\u2028I', false],
  ['a lone surrogate', 'CI\ud800', false],
  ['NUL', 'C\0I', false],
])('accepts a name that the keyring accepts, and no other: %s', async (_, name, isValid) => {
  expect([await isAccepted(name), z.safeParse(keyNameSchema, name).success]).toEqual([isValid, isValid])
})
