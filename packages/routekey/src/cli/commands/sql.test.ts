import { readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { runIn } from '../cli-fixture.ts'
import { sqlFiles } from '../sql-files.ts'

const directory = new URL('../../../sql/', import.meta.url)

const sql = (...args: string[]) => runIn('.', ['sql', ...args])

it.each([
  [[], sqlFiles.postgres],
  [['--supabase'], sqlFiles.supabase],
])('prints, with the options %j, the files %j in this order and nothing else', async (args, files) => {
  const texts = files.map((file) => readFileSync(new URL(file, directory), 'utf8'))
  expect(await sql(...args)).toEqual({ exitCode: 0, printed: texts.join('\n'), said: '' })
})

it('prints every file of the package', () => {
  expect([...sqlFiles.postgres, ...sqlFiles.supabase].toSorted()).toEqual(readdirSync(directory).toSorted())
})

it.each([['--mysql'], ['extra']])('rejects the argument %s', async (argument) => {
  expect(await sql(argument)).toMatchObject({ exitCode: 2, printed: '' })
})
