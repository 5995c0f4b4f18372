import type { FoundHandler } from './find-handlers.ts'

/** The configuration files of Next.js, whose `headers()` replaces headers of the App Router. */
export const configFiles = ['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts', 'next.config.mts']

const comment = /\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*/g
// The headers that guards set to keep a key out of caches, with the value after them.
const privateHeader = /(["'`])(cache-control|referrer-policy)\1(?:\s*,\s*["'`]?value["'`]?\s*:\s*(["'`])(.*?)\3)?/gi
const excuseBefore = /\/\/[^\S\n]*routekey-audit:[^\S\n]*(\S[^\n]*)\n[^\n]*$/
const kept = new Set(['private, no-store', 'no-referrer'])

/** Finds the entries of `headers()` that replace a header of guarded routes. It does not know which routes they are for. */
export function findReplacedHeaders(source: string): readonly FoundHandler[] {
  const code = source.replaceAll(comment, (text) => text.replaceAll(/[^\n]/g, ' '))
  if (!/\bheaders\b/.test(code)) return []
  return [...code.matchAll(privateHeader)]
    .filter(([, , , , value]) => value === undefined || !kept.has(value))
    .map(({ 2: name = '', index }) => ({
      name,
      verdict: 'unclear',
      excuse: excuseBefore.exec(source.slice(0, index))?.[1]?.trim() ?? null,
    }))
}
