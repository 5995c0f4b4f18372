import { CliError } from '@routekey/command-line'
import { captureTerminal } from '@routekey/command-line/testing'
import { describe, expect, it } from 'vitest'
import { readVariables, resolveConnections, resolveDatabaseUrl } from './resolve-connections.ts'

const file = '.env.local'
const fileValues = {
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  SUPABASE_SECRET_KEY: 'sb_secret_file',
  STRIPE_SECRET_KEY: 'sk_test_file',
  STRIPE_API_BASE: 'http://127.0.0.1:12111',
}

it('refuses a file that does not exist, unless it is the default one', () => {
  const terminal = captureTerminal({ cwd: import.meta.dirname })
  expect(readVariables(undefined, terminal).fileValues).toEqual({})
  expect(() => readVariables('.env.absent', terminal)).toThrow('.env.absent does not exist')
  expect(() => readVariables('run.ts/.env', terminal)).toThrow('run.ts/.env does not exist')
})

it('refuses a directory in place of a file with exit code 2', () => {
  const terminal = captureTerminal({ cwd: import.meta.dirname })
  expect(() => readVariables('.', terminal)).toThrow(
    expect.objectContaining({ exitCode: 2, message: '. is a directory. Name a file that you can read.' }),
  )
})

describe('resolveConnections', () => {
  it('uses the file if the environment sets nothing', () => {
    expect(resolveConnections({ file, processEnv: { STRIPE_API_BASE: '' }, fileValues })).toEqual({
      database: { kind: 'supabase', url: 'http://127.0.0.1:54321/', secretKey: 'sb_secret_file' },
      stripe: { secretKey: 'sk_test_file', apiBase: new URL('http://127.0.0.1:12111') },
    })
  })

  it('never sends a key from the environment to an address from the file', () => {
    const { stripe } = resolveConnections({ file, processEnv: { STRIPE_SECRET_KEY: 'sk_live_env' }, fileValues })
    expect(stripe).toEqual({ secretKey: 'sk_live_env', apiBase: null })
    const processEnv = { SUPABASE_SECRET_KEY: 'sb_secret_env' }
    expect(() => resolveConnections({ file, processEnv, fileValues })).toThrow(
      'SUPABASE_SECRET_KEY is set in the environment, so NEXT_PUBLIC_SUPABASE_URL in .env.local does not count',
    )
  })

  it.each([
    [
      { SUPABASE_URL: 'http://127.0.0.1:1' },
      { SUPABASE_SECRET_KEY: 'sb_secret_1' },
      'SUPABASE_URL',
      'SUPABASE_SECRET_KEY',
    ],
    [
      { SUPABASE_SECRET_KEY: 'sb_secret_1' },
      { SUPABASE_URL: 'http://127.0.0.1:1' },
      'SUPABASE_SECRET_KEY',
      'SUPABASE_URL',
    ],
    [
      { SUPABASE_URL: 'http://127.0.0.1:1', SUPABASE_SECRET_KEY: 'sb_secret_1', STRIPE_API_BASE: 'http://127.0.0.1:1' },
      { STRIPE_SECRET_KEY: 'sk_test_1' },
      'STRIPE_API_BASE',
      'STRIPE_SECRET_KEY',
    ],
  ])('says that variables of a service must come from one place: %j and %j', (processEnv, inFile, set, unused) => {
    const values = set.startsWith('STRIPE') ? inFile : { STRIPE_SECRET_KEY: 'sk_test_1', ...inFile }
    expect(() => resolveConnections({ processEnv, fileValues: values, file: 'my.env' })).toThrow(
      `${set} is set in the environment, so ${unused} in my.env does not count`,
    )
  })

  it.each(['https://user:hushhush@x.supabase.co', 'https://hushhush@x.supabase.co', 'https://:hushhush@x.supabase.co'])(
    'refuses %s without repeating it',
    (address) => {
      for (const name of ['NEXT_PUBLIC_SUPABASE_URL', 'STRIPE_API_BASE']) {
        const resolve = () =>
          resolveConnections({ file, processEnv: {}, fileValues: { ...fileValues, [name]: address } })
        expect(resolve).toThrow(`${name} has a user name or a password`)
        expect(resolve).not.toThrow('hushhush')
      }
    },
  )

  it('connects to Postgres directly if Supabase is not configured beside it', () => {
    const url = 'postgres://engine:password@127.0.0.1:5432/app'
    const onlyPostgres = { file, processEnv: { DATABASE_URL: url }, fileValues }
    expect(resolveConnections(onlyPostgres).database).toEqual({ kind: 'postgres', url })
    expect(resolveDatabaseUrl(onlyPostgres)).toBe(url)
    const both = { file, processEnv: {}, fileValues: { ...fileValues, DATABASE_URL: url } }
    expect(resolveConnections(both).database).toMatchObject({ kind: 'supabase' })
    expect(resolveDatabaseUrl(both)).toBe(url)
    expect(() => resolveDatabaseUrl({ file, processEnv: {}, fileValues })).toThrow('DATABASE_URL is missing')
    for (const wrong of ['mysql://user:password@host', 'postgres://user:password@host:port/x', 'password']) {
      const resolve = () => resolveDatabaseUrl({ file, processEnv: { DATABASE_URL: wrong }, fileValues: {} })
      expect(resolve).toThrow('DATABASE_URL is not a valid URL')
      expect(resolve).not.toThrow(/password@host$/)
    }
  })

  it('also knows the variable of Supabase without the prefix of Next.js', () => {
    const processEnv = { SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SECRET_KEY: 'sb_secret_env' }
    expect(resolveConnections({ file, processEnv, fileValues }).database).toMatchObject({
      url: 'https://x.supabase.co/',
    })
  })

  it.each([
    ['NEXT_PUBLIC_SUPABASE_URL', ''],
    ['NEXT_PUBLIC_SUPABASE_URL', 'file:///etc/passwd'],
    ['SUPABASE_SECRET_KEY', ''],
    ['STRIPE_SECRET_KEY', ''],
    ['STRIPE_SECRET_KEY', 'sk_test_1\n'],
    ['SUPABASE_SECRET_KEY', '"sb_secret_1"'],
    ['STRIPE_API_BASE', 'not an address'],
  ])('names %s if it is %j', (name, value) => {
    const resolve = () => resolveConnections({ file, processEnv: {}, fileValues: { ...fileValues, [name]: value } })
    expect(resolve).toThrow(CliError)
    expect(resolve).toThrow(name)
    expect(resolve).not.toThrow(/not an address|sk_test_1|sb_secret_1/)
  })
})
