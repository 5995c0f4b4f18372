/** One assignment in the text of an environment file. Offsets refer to that text. */
export interface Assignment {
  readonly name: string
  /** Offset of the line. */
  readonly start: number
  /** The text before the name: indentation and `export`. */
  readonly lead: string
  /** Offsets of the value with its quotes. They are equal for an empty value without quotes. */
  readonly valueStart: number
  readonly valueEnd: number
  readonly quote: string
  /** The value without its quotes. Escapes are not resolved. */
  readonly value: string
  /** Offset of the next line. */
  readonly end: number
}

// The grammar of `dotenv`, with which Next.js reads these files. Text is Latin-1, one character for each byte, so that bytes
// in any encoding stay as they are. White space is ASCII only, because a byte A0 may be the end of an `à`.
const assignmentStart = /([ \t\f\v]*(?:export[ \t\f\v]+)?)([\w.-]+)[ \t\f\v]*(?:=|:(?=[ \t\f\v]))/y
const quoted = /[ \t\f\v]*('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)(?=[ \t\f\v]*(?:#[^\r\n]*)?(?:[\r\n]|$))/y
const unquoted = /[ \t\f\v]*([^#\r\n]*)/y
const restOfLine = /[^\r\n]*(?:\r\n|\r|\n)?/y
const byteOrderMark = '\u00ef\u00bb\u00bf'

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index
  return pattern.exec(text)
}

/** Parses the assignments of an environment file, in order. A quoted value may span lines; an assignment inside it does not count. */
export function parseAssignments(text: string): readonly Assignment[] {
  const found: Assignment[] = []
  let index = text.startsWith(byteOrderMark) ? byteOrderMark.length : 0
  while (index < text.length) {
    const start = index
    const head = matchAt(assignmentStart, text, start)
    if (head !== null) {
      const [whole, lead = '', name = ''] = head
      const separatorEnd = start + whole.length
      const quotedValue = matchAt(quoted, text, separatorEnd)
      const match = quotedValue ?? matchAt(unquoted, text, separatorEnd)
      const raw = (match?.[1] ?? '').replace(/[ \t\f\v]+$/, '')
      // An empty value starts right after the separator, so that a comment after it stays in place.
      const valueStart = raw === '' ? separatorEnd : separatorEnd + (match?.[0] ?? '').indexOf(raw)
      const quote = quotedValue === null ? '' : raw.charAt(0)
      const value = quote === '' ? raw : raw.slice(1, -1)
      index = valueStart + raw.length
      const line = matchAt(restOfLine, text, index)
      const end = index + (line?.[0].length ?? 0)
      found.push({ name, start, lead, valueStart, valueEnd: index, quote, value, end })
      index = end
    } else {
      index += matchAt(restOfLine, text, index)?.[0].length ?? 1
    }
  }
  return found
}

/** Replaces a value and its quotes with text that brings its own quotes, if any. */
export function replaceRawValue(text: string, { valueStart, valueEnd }: Assignment, raw: string): string {
  const before = text.slice(0, valueStart)
  const after = text.slice(valueEnd)
  return `${before}${before.endsWith(':') ? ' ' : ''}${raw}${after.startsWith('#') ? ' ' : ''}${after}`
}

/** Replaces a value and keeps its quotes. The new value must hold no quote, line break, space or `#`. */
export const replaceValue = (text: string, assignment: Assignment, value: string): string =>
  replaceRawValue(text, assignment, `${assignment.quote}${value}${assignment.quote}`)

const lineBreakOf = (text: string) => /\r\n|\r|\n/.exec(text)?.[0] ?? '\n'

/** Adds an assignment at the end. A file without a final line break stays without one. */
export function appendAssignment(text: string, name: string, value: string): string {
  const line = `${name}=${value}`
  const lineBreak = lineBreakOf(text)
  if (text === '' || text === byteOrderMark || /[\r\n]$/.test(text)) return `${text}${line}${lineBreak}`
  return `${text}${lineBreak}${line}`
}

/** Adds an assignment on the line below another one, with the same indentation and `export`. */
export function insertBelow(text: string, above: Assignment, name: string, rawValue: string): string {
  const line = `${above.lead}${name}=${rawValue}`
  const lineBreak = lineBreakOf(text)
  const isClosed = /[\r\n]$/.test(text.slice(above.start, above.end))
  const inserted = isClosed ? `${line}${lineBreak}` : `${lineBreak}${line}`
  return text.slice(0, above.end) + inserted + text.slice(above.end)
}

/** Removes an assignment with its line. If it was the last line and had no line break, the line before loses its own. */
export function removeAssignment(text: string, { start, end }: Assignment): string {
  const before = text.slice(0, start)
  const isOpenEnd = end === text.length && !/[\r\n]$/.test(text)
  return (isOpenEnd ? before.replace(/(?:\r\n|\r|\n)$/, '') : before) + text.slice(end)
}
