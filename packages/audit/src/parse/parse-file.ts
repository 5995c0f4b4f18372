import { type Comment, parseSync, type Program } from 'oxc-parser'

/** A file of source code, parsed. */
export interface ParsedFile {
  readonly path: string
  readonly source: string
  readonly program: Program
  readonly comments: readonly Comment[]
  /** The first syntax error, or null. What the parser could not read is missing in `program`. */
  readonly error: string | null
}

/** Parses a file. JSX is accepted in every file that is not TypeScript, as Next.js does. */
export function parseFile(path: string, source: string): ParsedFile {
  const isTypeScript = /\.[cm]?ts$/.test(path)
  const lang = isTypeScript ? 'ts' : path.endsWith('.tsx') ? 'tsx' : 'jsx'
  const { program, comments, errors } = parseSync(path, source, { lang, sourceType: 'module', preserveParens: false })
  const [first] = errors
  return {
    path,
    source,
    program,
    comments,
    error: program.body.length === 0 && first !== undefined ? first.message : null,
  }
}
