import { describe, expect, it } from 'vitest'
import { highlight } from './highlight.ts'

describe('highlight', () => {
  it.each(['', 'plain', "const x = f('it') // done\n", '# comment\ncurl -H "a: b" https://example.com//x'])(
    'keeps all text of %j',
    (code) => {
      expect(
        highlight(code)
          .map(({ text }) => text)
          .join(''),
      ).toBe(code)
    },
  )

  it('distinguishes the kinds', () => {
    expect(highlight("export const a = call('x')")).toEqual([
      { kind: 'keyword', text: 'export' },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'const' },
      { kind: 'plain', text: ' a = ' },
      { kind: 'name', text: 'call' },
      { kind: 'plain', text: '(' },
      { kind: 'string', text: "'x'" },
      { kind: 'plain', text: ')' },
    ])
  })

  it('does not treat a URL as a comment', () => {
    expect(highlight('curl https://example.com/a').map(({ kind }) => kind)).toEqual(['plain'])
  })

  it('finds no keyword inside a word or a string', () => {
    expect(highlight("'import' constant").map(({ kind }) => kind)).toEqual(['string', 'plain'])
  })
})
