import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { main } from '../main.ts'

async function run(...args: string[]) {
  let printed = ''
  let said = ''
  const terminal = {
    env: {},
    cwd: '.',
    print: (text: string) => (printed += text),
    say: (text: string) => (said += text),
  }
  return { exitCode: await main(['sql', ...args], terminal), printed, said }
}

it.each([
  [[], 'api-key.sql'],
  [['--supabase'], 'api-key-supabase.sql'],
])('prints, with the options %j, the file %s and nothing else', async (args, file) => {
  const text = readFileSync(new URL(`../../../sql/${file}`, import.meta.url), 'utf8')
  expect(await run(...args)).toEqual({ exitCode: 0, printed: text, said: '' })
})

it.each([['--mysql'], ['extra']])('rejects the argument %s', async (argument) => {
  expect(await run(argument)).toMatchObject({ exitCode: 2, printed: '' })
})
