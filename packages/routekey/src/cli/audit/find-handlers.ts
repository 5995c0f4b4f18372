import { blankNonCode } from './blank-non-code.ts'
import { endOf, findDeclarations, readDeclarations } from './read-declarations.ts'

/** `unclear`: the text of this file alone does not tell. Treat it as open until someone has read the code. */
export type Verdict = 'guarded' | 'open' | 'unclear'

/** A handler that a file exports. */
export interface FoundHandler {
  /** `POST`, or `default` in the Pages Router; `*` for `export * from …`. */
  readonly name: string
  readonly verdict: Verdict
  /** The reason why it needs no guard, from a comment right before its export; null without such a comment. */
  readonly excuse: string | null
}

const name = String.raw`[A-Za-z_$][\w$]*`
const call = new RegExp(String.raw`^\s*(${name}(?:\s*\.\s*${name})*)\s*(?:<[^()]*>)?\s*\(`)
const nameAlone = new RegExp(String.raw`^\s*(${name})[^\S\n]*(=>|[;,\n}]|$|(?:as|satisfies)\b)`)
const exportedFunction = new RegExp(String.raw`\bexport\s+(?:async\s+)?function\b\s*\*?\s*(${name})`, 'g')
// The value must end after the call: in `withKey(…) && other`, the guard has no effect.
const valueEnds = /^[^\S\n]*(?:$|[;,}]|(?:as|satisfies)\b|\n\s*(?![\s.([?|&=+*/%<>^-]))/
const excuseBefore = /\/\/[^\S\n]*routekey-audit:[^\S\n]*(\S[^\n]*)\n(?:\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/))*\s*$/
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Finds the names by which a file can call the guard. */
function findGuards(source: string, code: string, entry: string): ReadonlySet<string> {
  const guards = new Set<string>()
  for (const { 0: whole, 1: clause = '', index } of code.matchAll(/\bimport\s+(?!type\b)([^;]*?)\bfrom\b/g)) {
    if (/^\s*(["'])(.*?)\1/.exec(source.slice(index + whole.length))?.[2] !== entry) continue
    const imported = clause.matchAll(new RegExp(String.raw`\bwithKey\b(?:\s+as\s+(${name}))?`, 'g'))
    for (const [, alias = 'withKey'] of imported) guards.add(alias)
    const space = new RegExp(String.raw`\*\s+as\s+(${name})`).exec(clause)?.[1]
    if (space !== undefined) guards.add(`${space}.withKey`)
  }
  return guards
}

/** Creates the functions that decide whether a value or a name of a file is guarded. */
function createDecider(code: string, guards: ReadonlySet<string>) {
  const { values, functions } = findDeclarations(code)

  function decideValue(start: number, seen: readonly string[] = []): Verdict {
    const rest = code.slice(start)
    const called = call.exec(rest)
    const callee = called?.[1]?.replaceAll(/\s/g, '')
    if (called !== null && callee !== undefined && callee !== 'async' && callee !== 'function') {
      const close = endOf(code, start + called[0].length, () => false)
      return guards.has(callee) && valueEnds.test(code.slice(close + 1)) ? 'guarded' : 'unclear'
    }
    if (/^\s*(?:async\b|function\b|\()/.test(rest)) return 'open'
    const [, alone, behind] = nameAlone.exec(rest) ?? []
    if (alone === undefined) return 'unclear'
    return behind === '=>' ? 'open' : decideName(alone, seen)
  }

  function decideName(wanted: string, seen: readonly string[] = []): Verdict {
    if (functions.has(wanted)) return 'open'
    const start = values.get(wanted)
    return start === undefined || seen.includes(wanted) ? 'unclear' : decideValue(start, [...seen, wanted])
  }

  return { decideValue, decideName }
}

interface Export {
  readonly name: string
  readonly verdict: Verdict
  readonly index: number
}

function* findExports(code: string, guards: ReadonlySet<string>): Generator<Export> {
  const { decideValue, decideName } = createDecider(code, guards)
  for (const { 0: whole, index } of code.matchAll(/\bexport\s+(?:const|let|var)\b/g)) {
    for (const [declared, start] of readDeclarations(code, index + whole.length)) {
      const isKnown = start !== null && whole.endsWith('const')
      yield { name: declared, verdict: isKnown ? decideValue(start) : 'unclear', index }
    }
  }
  for (const { 1: declared = '', index } of code.matchAll(exportedFunction)) {
    yield { name: declared, verdict: 'open', index }
  }
  for (const { 0: whole, index } of code.matchAll(/\bexport\s+default\b/g)) {
    yield { name: 'default', verdict: decideValue(index + whole.length), index }
  }
  for (const { 1: list = '', 2: from, index } of code.matchAll(/\bexport\s*\{([^}]*)\}(\s*from\b)?/g)) {
    for (const item of list.split(',')) {
      const [local = '', exported = local] = item.trim().split(/\s+as\s+/)
      yield { name: exported, verdict: from === undefined ? decideName(local) : 'unclear', index }
    }
  }
  for (const { index } of code.matchAll(/\bexport\s*\*\s*from\b/g)) yield { name: '*', verdict: 'unclear', index }
  for (const { index } of code.matchAll(/\bmodule\s*\.\s*exports\b/g))
    yield { name: 'default', verdict: 'unclear', index }
}

/**
 * Finds the handlers that a route file exports, and whether the guard wraps each. It reads text, not types: a handler that
 * comes from another file, or has something else around the guard, is `unclear`.
 *
 * @param router `app` for a `route` file, `pages` for a file below `pages/api`.
 */
export function findHandlers(source: string, router: 'app' | 'pages'): readonly FoundHandler[] {
  const code = blankNonCode(source)
  const guards = findGuards(source, code, router === 'app' ? 'routekey/next' : 'routekey/next-pages')
  const handlerNames = router === 'app' ? [...methods, '*'] : ['default', '*']
  return [...findExports(code, guards)]
    .filter((found) => handlerNames.includes(found.name))
    .map(({ index, ...found }) => ({
      ...found,
      excuse: excuseBefore.exec(source.slice(0, index))?.[1]?.trim() ?? null,
    }))
}
