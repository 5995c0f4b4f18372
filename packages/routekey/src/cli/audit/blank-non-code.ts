// The text that can precede a regular expression. After any other text, a slash is a division.
const beforeRegex = /(?:^|[([{,;:=!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete|throw|new|await|yield))\s*$/
const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const quoted = /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/y
const regex = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y

const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ')

function matchAt(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? null
}

/** Finds the end of the template that starts at `start`, with the expressions in it. */
function endOfTemplate(source: string, start: number): number {
  let depth = 0
  for (let index = start + 1; index < source.length; index += 1) {
    const character = source[index]
    if (character === '\\') index += 1
    else if (depth === 0 && character === '`') return index + 1
    else if (depth > 0 && character === '`') index = endOfTemplate(source, index) - 1
    else if (character === '{' && (depth > 0 || source[index - 1] === '$')) depth += 1
    else if (character === '}' && depth > 0) depth -= 1
  }
  return source.length
}

/**
 * Replaces comments, strings, templates and regular expressions by spaces, so that a search finds code only. Offsets and line
 * breaks stay the same.
 */
export function blankNonCode(source: string): string {
  let code = ''
  while (code.length < source.length) {
    const index = code.length
    const character = source[index]
    let skipped: string | null = null
    if (character === '"' || character === "'") skipped = matchAt(quoted, source, index)
    else if (character === '`') skipped = source.slice(index, endOfTemplate(source, index))
    else if (character === '/') {
      skipped = matchAt(comment, source, index)
      if (skipped === null && beforeRegex.test(code.slice(-100))) skipped = matchAt(regex, source, index)
    }
    code += skipped === null ? character : blank(skipped)
  }
  return code
}
