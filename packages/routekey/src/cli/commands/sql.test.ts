import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { runIn } from '../cli-fixture.ts'

const sql = (...args: string[]) => runIn('.', ['sql', ...args])

it.each([
  [[], ['api-key.sql', 'limit.sql']],
  [['--supabase'], ['api-key-supabase.sql', 'limit-supabase.sql']],
])('prints, with the options %j, the files %j and nothing else', async (args, files) => {
  const text = files.map((file) => readFileSync(new URL(`../../../sql/${file}`, import.meta.url), 'utf8')).join('\n')
  expect(await sql(...args)).toEqual({ exitCode: 0, printed: text, said: '' })
})

it.each([['--mysql'], ['extra']])('rejects the argument %s', async (argument) => {
  expect(await sql(argument)).toMatchObject({ exitCode: 2, printed: '' })
})
