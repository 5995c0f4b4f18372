import { archaicWords } from './archaic-words.ts'
import { readableText } from './readable-text.ts'

/** An archaic phrase in a file. */
export interface FoundWord {
  readonly path: string
  readonly line: number
  /** In lower case, with single spaces. */
  readonly phrase: string
  readonly instead: string
}

/** Finds the archaic phrases in the prose of a file, from top to bottom. */
export function findWords(path: string, source: string): FoundWord[] {
  const text = readableText(path, source)
  const matches = archaicWords.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map(({ 0: match, index }) => ({ match, index, instead })),
  )
  return matches
    .toSorted((a, b) => a.index - b.index)
    .map(({ match, index, instead }) => ({
      path,
      line: text.slice(0, index).split('\n').length,
      phrase: match.toLowerCase().replaceAll(/\s+/g, ' '),
      instead,
    }))
}
