import { parseSync, type Program } from 'oxc-parser'

import { estimateNesting } from './estimate-nesting.ts'

/** A file of source code, parsed. */
export interface ParsedFile {
  readonly path: string
  readonly source: string
  readonly program: Program
}

// Far deeper than any code that people write.
const maximumNesting = 1000

/** Parses a file. JSX is accepted in every file that is not TypeScript, as Next.js does. */
export function parseFile(path: string, source: string): ParsedFile {
  const isTypeScript = /\.[cm]?ts$/.test(path)
  const lang = isTypeScript ? 'ts' : path.endsWith('.tsx') ? 'tsx' : 'jsx'
  // A file that is nested deeper is taken as empty.
  const text = estimateNesting(source) > maximumNesting ? '' : source
  const { program } = parseSync(path, text, { lang, sourceType: 'module', preserveParens: false })
  return { path, source, program: { ...program, body: program.body.filter((statement) => !isType(statement)) } }
}

/** Types are a third of some files, and say nothing about what runs. */
function isType(statement: Program['body'][number]): boolean {
  const node = statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? statement) : statement
  return node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration'
}
