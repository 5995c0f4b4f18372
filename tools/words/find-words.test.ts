import { describe, expect, it } from 'vitest'
import { findWords } from './find-words.ts'

const phrasesIn = (source: string, path = 'a.md') => findWords(path, source).map(({ phrase }) => phrase)

describe('findWords', () => {
  it.each([
    ['Mend the value.', 'mend'],
    ['The secret stands in the file.', 'stands'],
    ['It is\nno address.', 'is no'],
    ['A limiter has none.', 'has none'],
    ['X is missing, for Y is set.', 'for y is'],
    ['Refuse it, for it may be forged.', 'for it may'],
    ['All but for the last.', 'but for'],
    ['It draws a new key.', 'draws a new key'],
    ['A caller may not write.', 'may not'],
    ['Returns what is left.', 'what is'],
    ['The guard lets in the caller.', 'lets in'],
    ['Whoever calls it waits.', 'whoever'],
  ])('finds the archaic phrase in "%s"', (source, phrase) => {
    expect(phrasesIn(source)).toEqual([phrase])
  })

  it.each([
    'The stand-in answers.',
    'An escape stands for its character.',
    'I understand it.',
    'There is no key.',
    'The key is no longer valid.',
    'A body with no-store is no-store.',
    'Wait for it to end, for at most 10 seconds.',
    'It runs everywhere, for example Deno is supported.',
    'It is made for runtimes, for hosts that are slow.',
    'The chart draws a line.',
    'What is a key?',
    'An error says what is wrong.',
    'Send a bearer token.',
    'It exits with 1 when the answer is no, or the file is missing.',
    'Call `mend` or {@link stands}.',
  ])('accepts "%s"', (source) => {
    expect(phrasesIn(source)).toEqual([])
  })

  it('reads the comments, strings and JSX text of a script, and not its code', () => {
    const source = [
      '// anew',
      'const mend = `upon ${lest}`',
      'export const a = <p title="hence">whatever {"shall"} {heed}</p>',
    ].join('\n')
    expect(phrasesIn(source, 'a.tsx')).toEqual(['anew', 'upon', 'hence', 'whatever', 'shall'])
  })

  it.each([
    ['a.ts', '// It is\n// no address.'],
    ['a.ts', '/**\n * It is\n * no address.\n */'],
    ['a.sql', '-- It is\n-- no address.'],
  ])('reads a sentence over the lines of a comment in %s', (path, source) => {
    expect(phrasesIn(source, path)).toEqual(['is no'])
  })

  it('gives the line, and the phrase to write instead', () => {
    expect(findWords('a.ts', 'const a = 1\n// Done anew.')).toEqual([
      { path: 'a.ts', line: 2, phrase: 'anew', instead: 'again' },
    ])
  })

  it('does not read a phrase across two strings', () => {
    expect(phrasesIn("const a = ['it is', 'no']", 'a.ts')).toEqual([])
  })
})
