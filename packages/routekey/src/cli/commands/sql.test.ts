import { readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { generateSql } from '../../sql/generate-sql.ts'
import { sqlFiles } from '../../sql/sql-files.ts'
import { runIn } from '../cli-fixture.ts'

const directory = new URL('../../../sql/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8')

const sql = (...args: string[]) => runIn('.', ['sql', ...args])

it.each([
  [[], sqlFiles],
  [['--supabase'], [...sqlFiles, 'supabase.sql']],
])('prints, with the options %j, the files %j in this order and nothing else', async (args, files) => {
  expect(await sql(...args)).toEqual({ exitCode: 0, printed: files.map(read).join('\n'), said: '' })
})

it('prints every file of the package', () => {
  expect([...sqlFiles, 'supabase.sql'].toSorted()).toEqual(readdirSync(directory).toSorted())
})

it('prints the SQL for another schema, which names public nowhere but as the role of everyone', async () => {
  const { printed } = await sql('--supabase', '--schema', 'my-keys')
  expect(printed).toBe(generateSql({ schema: 'my-keys', supabase: true }))
  expect(printed).toContain('create schema "my-keys";')
  expect(printed).toContain('create table if not exists "my-keys".api_key (')
  expect(printed).not.toMatch(/public\./)
})

it.each(['', 'a.b', 'a"b', '$$', "a'b", 'a'.repeat(64)])('refuses the schema %j', async (schema) => {
  expect(await sql('--schema', schema)).toMatchObject({ exitCode: 2, printed: '' })
  expect(() => generateSql({ schema })).toThrow('ERR_CONFIG_SCHEMA')
})

it.each([['--mysql'], ['extra']])('rejects the argument %s', async (argument) => {
  expect(await sql(argument)).toMatchObject({ exitCode: 2, printed: '' })
})
