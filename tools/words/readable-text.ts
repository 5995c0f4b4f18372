import { extname } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

interface Range {
  readonly start: number
  readonly end: number
}

/** Takes the place of what is not prose, so that no phrase reaches across it. */
const filler = '\0'
const scriptExtensions = new Set(['.ts', '.tsx', '.mjs', '.js', '.jsx'])
// Between two lines of one sentence. A tag of JSDoc begins a new one.
const commentMarkers = /(?<=^[ \t]*)(?:\/\*\*?|\*\/|\*(?!\/)|\/\/|--|#+(?!\w))/gm

/**
 * Keeps the prose of a file and blanks out the rest: code, inline code and the markers of comments. Offsets and lines stay
 * the same. A script's prose is its comments, strings and JSX text. Every other file is prose.
 */
export function readableText(path: string, source: string): string {
  const prose = scriptExtensions.has(extname(path)) ? keepOnly(proseOfScript(path, source), source) : source
  return blankInlineCode(prose.replaceAll(commentMarkers, (marker) => ' '.repeat(marker.length)))
}

function proseOfScript(path: string, source: string): Range[] {
  const { program, comments, errors } = parseSync(path, source)
  if (errors[0] !== undefined) throw new Error(`${path} does not parse: ${errors[0].message}`)
  const ranges: Range[] = [...comments]
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') ranges.push({ start: node.start + 1, end: node.end - 1 })
    },
    TemplateElement: ({ start, end }) => ranges.push(withoutDelimiters({ start, end }, source)),
    JSXText: (node) => ranges.push(node),
  }).visit(program)
  return ranges
}

/** The range of a part of a template holds its backticks and braces in TypeScript, and not in JavaScript. */
function withoutDelimiters({ start, end }: Range, source: string): Range {
  const text = source.slice(start, end)
  return {
    start: /^[`}]/.test(text) ? start + 1 : start,
    end: end - (/(?:`|\$\{)$/.exec(text)?.[0].length ?? 0),
  }
}

function keepOnly(ranges: readonly Range[], source: string): string {
  const kept = source.replaceAll(/\S/g, filler).split('')
  for (const { start, end } of ranges)
    for (let index = start; index < end; index += 1) kept[index] = source.charAt(index)
  return kept.join('')
}

/** A name in backticks or braces may be any word. */
function blankInlineCode(text: string): string {
  return text.replaceAll(/`[^`\n]+`|\{@link [^}]+\}/g, (code) => filler.repeat(code.length))
}
