import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const directory = new URL('../../docs/decisions/', import.meta.url)
const records = readdirSync(directory)
  .filter((file) => file !== 'README.md')
  .toSorted()
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8')

const header =
  /^# (\d{4}): (.+)\n\nDate: (\d{4}-\d\d-\d\d)\n\nStatus: (accepted|superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))\n/

it('numbers the decisions from 0001 without a gap', () => {
  const expected = records.map((_, index) => String(index + 1).padStart(4, '0'))
  expect(records.map((file) => file.slice(0, 4))).toEqual(expected)
})

it.each(records)('%s has a title with its number, a date, a status and three sections', (file) => {
  const text = read(file)
  expect(text).toMatch(header)
  expect(header.exec(text)?.[1]).toBe(file.slice(0, 4))
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(['Context', 'Decision', 'Consequences'])
})

it('lists every decision in the index, with its title, date and status', () => {
  const rows = read('README.md').match(/^\| \[\d{4}\].*$/gm) ?? []
  const cells = rows.map((row) => row.split(/\s*\|\s*/).slice(1, -1))
  expect(cells).toEqual(
    records.map((file) => {
      const [, number, title, date, status] = header.exec(read(file)) ?? []
      return [`[${number}](${file})`, title, date, status]
    }),
  )
})
