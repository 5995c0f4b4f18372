import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block of code in a document. */
export interface Block {
  /** The line of its first fence. */
  readonly line: number
  /** What follows the first fence, such as `ts`; empty for output. */
  readonly language: string
  readonly code: string
  /** What the comment `<!-- test: … -->` before the block says about how it is tested. */
  readonly note: string | null
  /** The path that a comment in the first line of the code names. */
  readonly path: string | null
}

const blockPattern = /^(?: *<!-- test: (.+?) -->\n+)?( *)```([a-z]*)\n([\s\S]*?)^\2```$/gm

/** Reads the fenced blocks of a document. */
export function readBlocks(document: string): readonly Block[] {
  const markdown = readFileSync(join(root, document), 'utf8')
  return parseBlocks(markdown)
}

/**
 * Parses the fenced blocks of a text in Markdown: three backticks, and a language or nothing.
 *
 * @throws if another fence is left, whose block nothing would test
 */
export function parseBlocks(markdown: string): readonly Block[] {
  const other = /^.*(?:```|~~~).*$/m.exec(markdown.replaceAll(blockPattern, ''))
  if (other !== null) throw new Error(`A block begins or ends in an unusual way: ${other[0]}`)
  return [...markdown.matchAll(blockPattern)].map((match) => {
    const [text, note = null, indentation = '', language = '', indented = ''] = match
    const code = indented.replaceAll(new RegExp(`^${indentation}`, 'gm'), '')
    const line =
      markdown.slice(0, match.index).split('\n').length + text.slice(0, text.indexOf('```')).split('\n').length - 1
    return { line, language, code, note, path: /^\/\/ ([\w./[\]-]+\.(?:tsx?|mjs))(?::.*)?\n/.exec(code)?.[1] ?? null }
  })
}

/** The documents whose blocks are tested: each README and guide. */
export const documents: readonly string[] = globSync(
  ['README.md', 'apps/*/README.md', 'packages/*/README.md', '{bench,tools}/README.md', 'docs/*.md'],
  { cwd: root },
).toSorted()
