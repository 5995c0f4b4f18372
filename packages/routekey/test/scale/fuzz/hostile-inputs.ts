import * as fc from 'fast-check'

/** A small generator of numbers that a seed repeats exactly (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const megabyte = 2 ** 20
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'ο',
  p: 'р',
  c: 'с',
  x: 'х',
  A: 'Α',
  '0': '０',
  '1': '１',
  _: '＿',
  k: 'K',
  r: 'г',
}
const intruders = [
  '\0',
  '\n',
  '\r',
  '\t',
  ' ',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\ud800',
  '\udfff',
  '😀',
  '́',
  '%00',
  '%20',
  '%',
  '+',
  ',',
  ', ',
  ';',
  '"',
  "'",
  '\\',
  '[]',
  '=',
  '&',
  '#',
  '/',
  '..',
  '\u2028',
  'ﬀ',
  '\x7f',
  '\x80',
  '\xff',
]
const placeholders = [
  '',
  ' ',
  'undefined',
  'null',
  'NaN',
  'false',
  'true',
  '0',
  '-1',
  '[object Object]',
  '{}',
  '[]',
  'Bearer',
  'bearer ',
  'Bearer Bearer',
  'Basic YTpi',
  '__proto__',
  'constructor',
  'toString',
  'changeme',
  '${jndi:ldap://a}',
  "' or 1=1 --",
  '../../etc/passwd',
  '<script>',
  '\ud800',
  '\udc00\ud800',
  '%ff%fe',
  '%zz',
  '_'.repeat(500),
  'rk_',
  'rk__',
  '_rk_',
  'a, b',
  ', ',
  ',',
]

const swapCase = (character: string) =>
  character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()

/** Makes inputs that are close to a secret, far from it, or nothing that a secret can be; never the secret itself. */
export function createHostileInputs(secrets: readonly string[], seed: number): () => string {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!
  const huge = [
    ...secrets.map((secret) => secret.repeat(Math.ceil(megabyte / secret.length))),
    'a'.repeat(megabyte),
    '\0'.repeat(megabyte),
    '%41'.repeat(megabyte / 4),
    '\ud800'.repeat(megabyte),
    ', '.repeat(megabyte / 2),
    '_'.repeat(megabyte),
    ' '.repeat(megabyte),
  ]
  const sampled = fc.sample(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.string({ maxLength: 120 }),
      fc.base64String({ maxLength: 80 }),
      fc.webUrl(),
      fc.json(),
    ),
    { numRuns: 20_000, seed },
  )

  function insert(text: string, piece: string): string {
    const at = random(text.length + 1)
    return text.slice(0, at) + piece + text.slice(at)
  }

  function replaceAt(text: string, replace: (character: string) => string): string {
    const at = random(text.length)
    return text.slice(0, at) + replace(text.charAt(at)) + text.slice(at + 1)
  }

  const mutations: ((text: string) => string)[] = [
    (text) => replaceAt(text, () => String.fromCharCode(33 + random(94))),
    (text) => replaceAt(text, () => String.fromCharCode(random(65_536))),
    (text) => replaceAt(text, (character) => lookAlikes[character] ?? swapCase(character)),
    (text) => replaceAt(text, (character) => `%${character.charCodeAt(0).toString(16)}`),
    (text) => replaceAt(text, () => ''),
    (text) => insert(text, pick(intruders)),
    (text) => pick(intruders) + text,
    (text) => text + pick(intruders),
    (text) => text.slice(0, random(text.length)),
    (text) => text.slice(random(text.length)),
    (text) => text + text,
    (text) => `${text}, ${text}`,
    (text) => Array.from(text, swapCase).join(''),
    (text) => Array.from(text).toReversed().join(''),
    (text) => `${text}${pick(placeholders)}`,
    (text) => Array.from(text, (character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
  ]

  function make(): string {
    const kind = random(20_000)
    if (kind === 0) return pick(huge)
    if (kind < 10_000) return pick(mutations)(pick(secrets))
    if (kind < 12_000) return pick(mutations)(pick(mutations)(pick(secrets)))
    if (kind < 14_000) return insert(pick(placeholders), pick(intruders))
    if (kind < 17_000) return pick(sampled)
    return Array.from({ length: random(100) }, () => String.fromCharCode(random(kind < 19_000 ? 128 : 65_536))).join('')
  }

  return () => {
    let input = make()
    while (secrets.includes(input)) input = make()
    return input
  }
}
