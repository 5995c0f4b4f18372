import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { rules } from './rules.ts'

const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8')

it('has a section for each rule, with code that it finds and the same code closed', () => {
  const sections = page.split(/^## /m).slice(1)
  expect(sections.map((section) => section.split('\n')[0] ?? '').toSorted()).toEqual(Object.keys(rules).toSorted())
  for (const section of sections) expect(section).toMatch(/\/\/ found\n[\s\S]+\/\/ closed\n/)
})
