import { basename, dirname } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles } from './list-files.ts'

const maximumFiles = 20
// Numbered series, which only grow.
const series = new Set(['docs/decisions', 'supabase/migrations'])
const namesWithoutMeaning = new Set(['common', 'helpers', 'misc', 'shared', 'util', 'utils'])

const isMeaningless = (part: string) => namesWithoutMeaning.has(part.replace(/\..*$/, ''))

it('has folders of at most 20 files, where a test counts with its file', () => {
  const folders = new Map<string, Set<string>>()
  for (const path of listFiles()) {
    const files = folders.get(dirname(path)) ?? new Set()
    folders.set(dirname(path), files.add(basename(path).replace(/\.test\.ts$/, '.ts')))
  }
  const crowded = [...folders].filter(([folder, files]) => files.size > maximumFiles && !series.has(folder))
  expect(crowded.map(([folder, files]) => `${folder}: ${files.size} files`)).toEqual([])
})

it('names no file or folder after nothing in particular', () => {
  expect(listFiles().filter((path) => path.split('/').some(isMeaningless))).toEqual([])
})
