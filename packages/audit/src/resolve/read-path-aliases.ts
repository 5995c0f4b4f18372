import { dirname, join, resolve } from 'node:path'

import { parseData, readMember, readTexts } from '../parse/read-data.ts'
import { readText } from './read-file.ts'

/** The `paths` and `baseUrl` of a `tsconfig.json`, with absolute targets. */
export interface PathAliases {
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[]
  readonly baseUrl: string | null
}

const none: PathAliases = { paths: [], baseUrl: null }

/** Creates a reader of the path aliases of files. What a `tsconfig.json` extends is read too, if it is there. */
export function createAliasReader(find: (path: string) => string | null): (file: string) => PathAliases {
  const ofDirectory = new Map<string, PathAliases>()

  function readDirectory(directory: string): PathAliases {
    const known = ofDirectory.get(directory)
    if (known !== undefined) return known
    const parent = dirname(directory)
    const own = readConfig(join(directory, 'tsconfig.json'), 0) ?? readConfig(join(directory, 'jsconfig.json'), 0)
    const aliases = own ?? (parent === directory ? none : readDirectory(parent))
    ofDirectory.set(directory, aliases)
    return aliases
  }

  function readConfig(path: string, depth: number): PathAliases | null {
    const text = readText(path)
    if (text === null || depth > 8) return null
    const config = parseData(text)
    const options = readMember(config, 'compilerOptions')
    const directory = dirname(path)
    const baseUrl = readMember(options, 'baseUrl')
    const base = typeof baseUrl === 'string' ? resolve(directory, baseUrl) : null
    const paths = readMember(options, 'paths')
    if (typeof paths === 'object' && paths !== null) {
      const entries = Object.entries(paths).map(
        ([pattern, targets]) =>
          [pattern, readTexts(targets).map((target) => resolve(base ?? directory, target))] as const,
      )
      return { paths: entries, baseUrl: base }
    }
    for (const extended of readTexts(readMember(config, 'extends'))) {
      const target = extended.startsWith('.') ? resolve(directory, extended) : find(extended)
      const inherited =
        target === null ? null : readConfig(target.endsWith('.json') ? target : `${target}.json`, depth + 1)
      if (inherited !== null) return base === null ? inherited : { ...inherited, baseUrl: base }
    }
    return { paths: [], baseUrl: base }
  }

  return (file) => readDirectory(dirname(file))
}

/** The paths that an alias may stand for, those of the longest pattern first. */
export function aliasCandidates({ paths, baseUrl }: PathAliases, specifier: string): readonly string[] {
  const matches = paths.flatMap(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*')
    if (after === undefined) return specifier === pattern ? [{ length: pattern.length, targets }] : []
    if (!specifier.startsWith(before) || !specifier.endsWith(after) || specifier.length < before.length + after.length)
      return []
    const middle = specifier.slice(before.length, specifier.length - after.length)
    return [{ length: before.length, targets: targets.map((target) => target.replaceAll('*', middle)) }]
  })
  const sorted = matches.toSorted((left, right) => right.length - left.length).flatMap(({ targets }) => targets)
  return baseUrl === null ? sorted : [...sorted, join(baseUrl, specifier)]
}
