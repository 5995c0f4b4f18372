import { expect, it } from 'vitest'
import { parseBlocks } from './read-blocks.ts'

it('finds the language, the line, the path and the note of a block', () => {
  const markdown = 'text\n\n<!-- test: GET /a -->\n\n```ts\n// lib/a.ts\nexport {}\n```\n\n```\nout\n```\n'
  expect(parseBlocks(markdown)).toEqual([
    { line: 5, language: 'ts', code: '// lib/a.ts\nexport {}\n', note: 'GET /a', path: 'lib/a.ts' },
    { line: 10, language: '', code: 'out\n', note: null, path: null },
  ])
})

it('takes the indentation of a list away', () => {
  expect(parseBlocks('1. do\n\n   ```sql\n   select 1;\n     -- two\n   ```\n')).toMatchObject([
    { line: 3, language: 'sql', code: 'select 1;\n  -- two\n' },
  ])
})

it.each(['~~~ts\nx\n~~~\n', '````ts\nx\n````\n', '```ts title\nx\n```\n', '> ```ts\n> x\n> ```\n', '```ts\nx\n'])(
  'throws for a block that it cannot read: %j',
  (markdown) => {
    expect(() => parseBlocks(markdown)).toThrow('unusual')
  },
)

it('gives a note only to the block right after it', () => {
  expect(parseBlocks('<!-- test: not run, a reason -->\n\ntext\n\n```ts\nx\n```\n')).toMatchObject([{ note: null }])
})
