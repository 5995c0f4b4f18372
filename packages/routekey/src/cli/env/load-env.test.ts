import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { envFileText } from '@routekey/command-line/testing'
import nextEnv from '@next/env'
import * as fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'

import { envFileNames, loadEnv } from './load-env.ts'

const directory = mkdtempSync(join(tmpdir(), 'routekey-env-'))
const environment = process.env
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

type Files = Readonly<Record<string, string>>

/** What `@next/env` makes of the files, with an environment of its own. */
function loadAsNext(files: Files, env: Readonly<Record<string, string>>, isDevelopment: boolean) {
  for (const name of ['.env', '.env.local', '.env.development', '.env.production'])
    rmSync(join(directory, name), { force: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, 'latin1')
  process.env = { ...env, NODE_ENV: 'production' }
  try {
    nextEnv.resetEnv()
    nextEnv.updateInitialEnv({
      ...Object.fromEntries(Object.keys(nextEnv.initialEnv ?? {}).map((key) => [key, undefined])),
      ...env,
    })
    nextEnv.loadEnvConfig(directory, isDevelopment, { info: () => {}, error: () => {} }, true)
    const { __NEXT_PROCESSED_ENV: _marker, NODE_ENV: _mode, ...loaded } = process.env
    return loaded
  } finally {
    process.env = environment
  }
}

function load(files: Files, env: Readonly<Record<string, string>>, isDevelopment: boolean) {
  const named = envFileNames(isDevelopment ? 'development' : 'production').flatMap((name) => {
    const text = files[name]
    return text === undefined ? [] : [{ name, text }]
  })
  return Object.fromEntries([...loadEnv(named, env)].map(([name, { value }]) => [name, value]))
}

it.each<[string, Files, Record<string, string>]>([
  ['a variable', { '.env': 'A=x\nB=$A-y\n' }, {}],
  ['a variable in braces with a default', { '.env': 'A=${C:-z}\nB=${A}y\n' }, {}],
  ['a secret with $', { '.env.local': 'S=kT9$mN5pL8\n' }, {}],
  ['an escaped $', { '.env.local': String.raw`S=kT9\$mN5pL8` }, {}],
  ['single quotes, which do not protect', { '.env.local': "S='kT9$mN5pL8'\n" }, {}],
  [
    'the order of files',
    { '.env': 'S=1\n', '.env.local': 'S=2\n', '.env.production': 'S=3\n', '.env.development': 'S=4\n' },
    {},
  ],
  ['a file that refers to an earlier one', { '.env.local': 'A=1\n', '.env': 'B=$A\n' }, {}],
  ['the environment of the process', { '.env': 'S=1\nB=$S\n' }, { S: 'mine' }],
  ['a $ in the environment that a file sets too', { '.env': 'S=1\n' }, { S: 'a$b' }],
  ['escapes in double quotes', { '.env': String.raw`S="a\nb"` }, {}],
  ['a variable that refers to itself', { '.env': 'A=$A\nB=1\n' }, {}],
  ['UTF-8', { '.env': Buffer.from('S=é$A\n').toString('latin1') }, {}],
])('reads %s as Next.js does', (_case, files, env) => {
  for (const isDevelopment of [true, false])
    expect(load(files, env, isDevelopment)).toEqual(loadAsNext(files, env, isDevelopment))
})

it('reads any files as Next.js does', () => {
  const value = fc.stringMatching(/^[ab"'\\${}:-]{0,8}$/)
  const line = fc.tuple(fc.constantFrom('A', 'B', 'S'), value).map(([name, text]) => `${name}=${text}`)
  const text = fc.oneof(
    envFileText,
    fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')),
  )
  fc.assert(
    fc.property(text, text, fc.boolean(), (local, shared, isDevelopment) => {
      const files = { '.env.local': local, '.env': shared }
      expect(load(files, { H: 'home' }, isDevelopment)).toEqual(loadAsNext(files, { H: 'home' }, isDevelopment))
    }),
    { numRuns: 300 },
  )
})
