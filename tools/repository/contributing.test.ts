import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles } from './list-files.ts'

const guide = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8')
const files = listFiles()
const directories = new Set(files.flatMap(ancestors))

/** The directories above a file, as paths from the root. */
function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === '.' ? [] : [...ancestors(parent), parent]
}

/** Reads the paths of the tree: two spaces of indentation are one level. */
function readTree(): string[] {
  const [, tree = ''] = /## The map\n\n```\n([\s\S]*?)```/.exec(guide) ?? []
  const path: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indentation = '', name] = /^( *)(\S+)/.exec(line) ?? []
    if (name === undefined) return []
    path.length = indentation.length / 2
    path.push(name)
    return [path.join('/')]
  })
}

const rooms = [
  /^(?!\.)[^/]+$/,
  /^(packages|apps)\/[^/]+$/,
  /^packages\/[^/]+\/(src|sql|test)$/,
  /^packages\/[^/]+\/src\/[^/]+$/,
  /^apps\/web\/[^/]+$/,
  /^apps\/web\/(features|test)\/[^/]+$/,
  /^(bench|docs|supabase|tools)\/[^/]+$/,
]

it('shows every room in the map, and no other', () => {
  const expected = [...directories].filter((directory) => rooms.some((room) => room.test(directory)))
  expect(readTree().toSorted()).toEqual(expected.toSorted())
})

it('names only files that exist', () => {
  const named = [...guide.matchAll(/`([a-z]+\/[^\s`<>]+?)\/?`/g)].map(([, path = '']) => path)
  expect(named.filter((path) => !files.includes(path) && !directories.has(path))).toEqual([])
})
