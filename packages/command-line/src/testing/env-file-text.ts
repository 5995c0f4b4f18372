import * as fc from 'fast-check'

// Lines as people write them, with what confuses parsers: quotes that span lines, stray quotes, names inside values.
const name = fc.constantFrom('A', 'B', 'S_OTHER', 'XS', 'NEXT_PUBLIC_URL')
const value = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'a b',
    "it's",
    '"',
    "'",
    '`',
    '"x" y',
    '"a\nS=no\nb"',
    "'#'",
    '"a#b" # c',
    'x # S=no',
    '\\"',
    '"a\\"b"',
    '$HOME',
    '"open\n',
    '\u00c3\u00a0',
  ),
  fc.stringMatching(/^[a-z"'`#=\\ $]{0,12}$/),
)
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('', 'export ', '  '), name, fc.constantFrom('=', ' = ', '= '), value)
    .map((parts) => parts.join('')),
  fc.constantFrom('', '# S=no', '#', 'S', 'no assignment here', '\t'),
)

/** Up to six lines of an environment file, as Latin-1. None of them sets `S`. */
export const envFileLines = fc.array(line, { maxLength: 6 })

/** The text of an environment file that does not set `S`, with either kind of line break. */
export const envFileText = fc
  .tuple(envFileLines, fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, lineBreak, isClosed]) => {
    const text = lines.join('\n').replaceAll('\n', lineBreak)
    return isClosed ? text + lineBreak : text
  })
