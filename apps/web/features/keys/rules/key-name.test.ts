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
  ['a Hangul filler alone', '\u3164', false],
  ['a Hangul filler in a name', 'C\u3164I', false],
  ['a Hangul choseong filler alone', '\u115f', false],
  ['a Hangul choseong filler in a name', 'C\u115fI', false],
  ['a halfwidth filler alone', '\uffa0', false],
  ['a halfwidth filler in a name', 'C\uffa0I', false],
  ['a blank Braille pattern alone', '\u2800', false],
  ['a blank Braille pattern in a name', 'C\u2800I', false],
  ['a grapheme joiner alone', '\u034f', false],
  ['a grapheme joiner in a name', 'C\u034fI', false],
  ['a Khmer vowel that is not shown alone', '\u17b4', false],
  ['a Khmer vowel that is not shown in a name', 'C\u17b4I', false],
  ['a variation selector alone', '\ufe0f', false],
  ['a variation selector in a name', 'C\ufe0fI', false],
  ['another variation selector alone', '\u{e0100}', false],
  ['another variation selector in a name', 'C\u{e0100}I', false],
  ['a private character alone', '\ue000', false],
  ['a private character in a name', 'C\ue000I', false],
  ['a private character of plane 16 alone', '\u{10fffd}', false],
  ['a private character of plane 16 in a name', 'C\u{10fffd}I', false],
  ['an unassigned character alone', '\u0378', false],
  ['an unassigned character in a name', 'C\u0378I', false],
  ['a noncharacter alone', '\uffff', false],
  ['a noncharacter in a name', 'C\uffffI', false],
  ['a combining mark alone', '\u0301', false],
  ['a combining mark on a letter', 'e\u0301', true],
  ['a no-break space in a name', 'a\u00a0b', true],
  ['a variation selector after an emoji', '\u2764\ufe0f', true],
  ['a keycap', '1\ufe0f\u20e3', true],
  ['a flag', '\u{1f1e9}\u{1f1ea}', true],
])('accepts a name that the keyring accepts, and no other: %s', async (_, name, isValid) => {
  expect([await isAccepted(name), z.safeParse(keyNameSchema, name).success]).toEqual([isValid, isValid])
})
