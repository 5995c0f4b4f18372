import { join } from 'node:path'

import { parseFile } from '../parse/parse-file.ts'
import { isList, readMember, readTexts } from '../parse/read-data.ts'
import { readText } from '../resolve/read-file.ts'
import type { Application } from './find-applications.ts'
import { findProperty } from './read-config.ts'

/** The file that runs before the routes of an application. */
export interface Proxy {
  readonly file: string
  /** Offset of the matcher, or of the file. */
  readonly start: number
  /** Whether it runs for a path, such as `/api/reports`. */
  readonly matches: (path: string) => boolean
}

/** Reads `proxy` or `middleware`, beside `app` or `pages`. Null without one. */
export function readProxy(
  { directory, app, pages, files }: Application,
  pageExtensions: readonly string[],
): Proxy | null {
  const isInSource = (app ?? pages ?? '').startsWith(join(directory, 'src'))
  const folder = isInSource ? join(directory, 'src') : directory
  const names = ['proxy', 'middleware'].flatMap((name) =>
    pageExtensions.map((extension) => join(folder, `${name}.${extension}`)),
  )
  const file = names.find((name) => files.includes(name))
  const source = file === undefined ? null : readText(file)
  if (file === undefined || source === null) return null
  const { program } = parseFile(file, source)
  const matcher = findProperty(program, 'matcher')
  const entries = isList(matcher) ? matcher : [matcher]
  const sources = entries.flatMap((entry) => readTexts(typeof entry === 'string' ? entry : readMember(entry, 'source')))
  const patterns = sources.map((pattern) => toExpression(pattern))
  return {
    file,
    start: Math.max(0, source.indexOf('matcher')),
    matches: (path) => patterns.length === 0 || patterns.some((pattern) => pattern?.test(path) ?? true),
  }
}

/** Turns `/api/:path*` and `/((?!_next).*)` into an expression. Null for a pattern that is not understood. */
export function toExpression(pattern: string): RegExp | null {
  // A parameter with its own expression, as in `/:locale(en|de)`, is only the expression.
  const named = pattern
    .replaceAll(/:\w+(?=\()/g, '')
    .replaceAll(/\/:\w+\*/g, '(?:/.*)?')
    .replaceAll(/\/:\w+\+/g, '/.+')
    .replaceAll(/\/:\w+\?/g, '(?:/[^/]+)?')
  const source = named.replaceAll(/:\w+/g, '[^/]+').replaceAll(/(?<![\\)\]*.])\.(?![*+?])/g, '\\.')
  try {
    return new RegExp(`^${source}/?$`)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
