import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const directory = new URL('../../docs/decisions/', import.meta.url)
const records = readdirSync(directory)
  .filter((file) => file !== 'README.md')
  .toSorted()
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8')

const header =
  /^# (\d{4}): (.+)\n\nDate: (\d{4}-\d\d-\d\d)\n\nStatus: (accepted|superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))\n/

it('gives each decision a number of its own', () => {
  const numbers = records.map((file) => file.slice(0, 4))
  expect(numbers[0]).toBe('0001')
  expect(new Set(numbers).size).toBe(numbers.length)
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
