import { relative, sep } from 'node:path'

import type { Place } from '../findings.ts'
import { readText } from '../resolve/read-file.ts'

/** Turns offsets into lines, for the files of a code base. */
export interface Places {
  readonly placeOf: (file: string, start: number) => Place
  /** The text of a line, from 1. */
  readonly lineOf: (place: Place) => string
  readonly linesOf: (file: string) => readonly string[]
}

/** Creates places relative to a root. */
export function createPlaces(root: string): Places {
  const lines = new Map<string, readonly string[]>()
  const pathOf = (file: string): string => relative(root, file).split(sep).join('/')

  const linesOf = (file: string): readonly string[] => {
    const known = lines.get(file)
    if (known !== undefined) return known
    const read = (readText(`${root}/${file}`) ?? '').split('\n')
    lines.set(file, read)
    return read
  }

  return {
    linesOf,
    lineOf: ({ file, line }) => linesOf(file)[line - 1] ?? '',
    placeOf(path, start) {
      const file = pathOf(path)
      let rest = start
      for (const [index, line] of linesOf(file).entries()) {
        if (rest <= line.length) return { file, line: index + 1, column: rest + 1 }
        rest -= line.length + 1
      }
      return { file, line: 1, column: 1 }
    },
  }
}
