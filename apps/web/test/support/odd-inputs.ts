const emoji = '\u{1f511}'

/** What a field, a parameter or a header can hold, in UTF-8. */
export const oddTexts = [
  '',
  '1e309',
  'NaN',
  '9'.repeat(400),
  '__proto__',
  '$K1',
  '+275760-09-13',
  '2027-02-30',
  "' or true --",
  '%00',
  '//a.example',
  'NUL \0',
  'line\u2028',
  'turned \u202egnp',
  '\ufffd',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  emoji.repeat(51),
  emoji.repeat(101),
  'a'.repeat(20_000),
] as const

/** What a form can send for a field: a text, nothing, or several texts. */
export const oddFields = [...oddTexts, [], ['0', '0'], Array.from({ length: 101 }, () => 'account:read')] as const

/** JSON of every kind, with what JSON can say and UTF-8 cannot. */
const oddJson = () => [
  ...oddTexts.map((text) => JSON.stringify(text)),
  '"\\ud800"',
  '"\\u0000"',
  '1',
  '-0',
  '1e400',
  'true',
  'null',
  '[]',
  '[1]',
  '{}',
  '{"id":1}',
  '[[[[]]]]',
]

/** Puts odd JSON in the place of each member of an object, also of those inside it. */
export function varyJson(json: string): string[] {
  const members = [...json.matchAll(/"[a-z_]+":("[^"]*"|null)/g)]
  const varied = members.flatMap(({ 0: member, 1: value = '', index }) =>
    oddJson().map((odd) => {
      const end = index + member.length
      return json.slice(0, end - value.length) + odd + json.slice(end)
    }),
  )
  return ['', '{', '\xff', '\0', '['.repeat(20_000), ...oddJson(), ...varied]
}
