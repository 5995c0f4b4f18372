import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles, root } from './list-files.ts'

const read = (document: string) => readFileSync(join(root, document), 'utf8')

/** Everything in code that starts like a path of this repository or ends like a file. */
function namedPaths(markdown: string): string[] {
  const path = /`((?:apps|docs|packages|supabase|tools)\/[^`\s]+|[\w.-]+\.(?:json|md|mjs|ts))`/g
  return [...markdown.matchAll(path)].map(([, named = '']) => named)
}

function rows(): string[][] {
  const lines = read('docs/security/asvs.md').matchAll(/^\| *(\d+\.\d+\.\d+) *\|(.*)\|$/gm)
  return [...lines].map(([, number = '', cells = '']) => [number, ...cells.split('|').map((cell) => cell.trim())])
}

it.each(['docs/security/asvs.md', 'docs/security/data.md', 'docs/limits.md', 'SECURITY.md'])(
  '%s names only paths that exist',
  (document) => {
    expect(namedPaths(read(document)).filter((path) => !existsSync(join(root, path)))).toEqual([])
  },
)

it('finds the paths in code', () => {
  expect(namedPaths('`apps/web/no such` `docs/gone.md`, `tools/x` and `gone.json`')).toEqual([
    'docs/gone.md',
    'tools/x',
    'gone.json',
  ])
})

it('gives each requirement once, with one of three states and something that shows it', () => {
  expect(rows().length).toBeGreaterThan(100)
  expect(new Set(rows().map(([number]) => number)).size).toBe(rows().length)
  expect(
    rows().filter(([, , state = '']) => !['*pass*', '*fails*', '*not ours*'].includes(state.replaceAll('_', '*'))),
  ).toEqual([])
  expect(rows().filter((row) => row.length !== 4 || row.includes(''))).toEqual([])
})

it('shows a file for each requirement that passes', () => {
  const passed = rows().filter(([, , state = '']) => state.includes('pass'))
  expect(passed.filter(([, , , shown = '']) => namedPaths(shown).length === 0)).toEqual([])
})

it('counts the states in its summary', () => {
  const count = (state: string) => rows().filter((row) => row[2]?.includes(state)).length
  expect(read('docs/security/asvs.md')).toContain(
    `Of ${rows().length} requirements in the tables, ${count('pass')} pass, ${count('fails')} fail and ${count('not ours')} are not ours.`,
  )
})

it('lists every event of the log', () => {
  const code = listFiles(['apps/web/*.ts', 'apps/web/*.tsx']).filter((file) => !/\.test\.tsx?$|\/test\//.test(file))
  const calls = code.flatMap((file) => read(file).match(/\b(?:log|runKeyAction)\([^{)]*/g) ?? [])
  const events = calls.flatMap((call) => call.match(/(?<=')[a-z_]+\.[a-z_]+(?=')/g) ?? [])
  expect(new Set(events).size).toBeGreaterThan(35)
  const listed = read('docs/security/data.md')
  expect(events.filter((event) => !listed.includes(`\`${event}\``))).toEqual([])
})
