import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('holds the typefaces in less than 45 kB, because every first visit fetches them', () => {
  const directory = join(import.meta.dirname, 'fonts')
  const files = readdirSync(directory).filter((name) => name.endsWith('.woff2'))
  expect(files).toHaveLength(2)
  const bytes = files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
  expect(bytes).toBeLessThan(45_000)
})
