import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { main } from '../../src/cli/main.ts'
import { createKeyring } from '../../src/index.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'

let server: TestPostgres
let pool: Pool
let cwd: string

beforeAll(async () => {
  server = await startTestPostgres()
  pool = new Pool({ connectionString: server.url })
  // A connection that is closing when the server stops says so with an error.
  pool.on('error', () => {})
  cwd = await mkdtemp(join(tmpdir(), 'routekey-cli-keys-'))
})

afterAll(async () => {
  await pool.end()
  await server.stop()
  await rm(cwd, { recursive: true })
})

async function run(args: readonly string[], env: Record<string, string> = { DATABASE_URL: server.url }) {
  let printed = ''
  let said = ''
  const exitCode = await main(['keys', ...args], {
    cwd,
    env,
    print: (text) => (printed += text),
    say: (text) => (said += `${text}\n`),
  })
  return { exitCode, printed, said }
}

const open = (options: { pepper?: string } = {}) =>
  createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme_live', ...options })

async function create(...args: string[]) {
  const { printed } = await run([
    'create',
    '--prefix',
    'acme_live',
    '--owner',
    'ada',
    '--name',
    'CI',
    '--json',
    ...args,
  ])
  const { key, record }: { key: string; record: { id: string } } = JSON.parse(printed)
  return { key, id: record.id }
}

describe('routekey keys', () => {
  it('creates a key that works, and prints nothing else on standard output', async () => {
    const args = [
      '--scope',
      'reports:read',
      '--scope',
      'users:*',
      '--allow-ip',
      '10.0.0.0/8',
      '--expires',
      '2999-01-01',
    ]
    const { exitCode, printed, said } = await run([
      'create',
      '--prefix',
      'acme_live',
      '--owner',
      'ada',
      '--name',
      'CI',
      ...args,
    ])
    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^acme_live_[0-9A-Za-z]{33}\n$/)
    expect(said).not.toContain(printed.trim())
    expect(
      await open().verify(printed.trim(), { scopes: ['reports:read', 'users:write'], ip: '10.1.2.3' }),
    ).toMatchObject({ ok: true, record: { owner: 'ada', expiresAt: new Date('2999-01-01T00:00:00Z') } })
  })

  it('lists and shows keys, and never a key or a hash', async () => {
    const { key, id } = await create('--scope', 'reports:read')
    const listed = await run(['list', '--owner', 'ada'])
    expect(listed.printed).toMatch(
      new RegExp(`^${id}  active  ${key.slice(0, 14)}…  ada    CI    reports:read +-$`, 'm'),
    )
    const shown = await run(['show', id])
    expect(shown.printed).toMatch(/^status {6}active$/m)
    expect(shown.printed).toMatch(/created {2}by routekey command line$/m)
    expect(listed.printed + shown.printed).not.toContain(key)
    expect(JSON.parse((await run(['list', '--owner', 'nobody', '--json'])).printed)).toEqual([])
    expect(JSON.parse((await run(['show', id, '--json'])).printed)).toMatchObject({
      record: { id },
      audit: [{ action: 'created' }],
    })
  })

  it('rotates with a grace, and revokes', async () => {
    const { key, id } = await create()
    const rotated = await run(['rotate', id, '--grace', '3600'])
    const next = rotated.printed.trim()
    expect(await open().verify(key)).toMatchObject({ ok: true, isCurrent: false })
    expect(await open().verify(next)).toMatchObject({ ok: true, isCurrent: true })
    expect(await run(['revoke', id])).toMatchObject({ exitCode: 0, printed: '' })
    expect(await open().verify(next)).toMatchObject({ denial: { code: 'key_revoked' } })
    expect(await run(['rotate', id, '--grace', '0'])).toMatchObject({ exitCode: 1, printed: '' })
  })

  it('shows usage by hour and by day', async () => {
    const { key, id } = await create()
    const keyring = open()
    await keyring.verify(key)
    await keyring.close()
    const byHour = await run(['usage', id])
    expect(byHour.printed.split('\n')).toHaveLength(1 + 24 + 1)
    expect(byHour.printed).toMatch(/:00Z +1 +0\n$/)
    expect(JSON.parse((await run(['usage', id, '--days', '30', '--json'])).printed).at(-1)).toMatchObject({
      allowed: 1,
    })
  })

  it('knows the pepper of a keyring by the name of its variable, and the database by the environment file', async () => {
    const pepper = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    await writeFile(join(cwd, '.env.local'), `DATABASE_URL="${server.url}"\nKEY_PEPPER=${pepper}\n`)
    const args = [
      'create',
      '--prefix',
      'acme_live',
      '--owner',
      'ada',
      '--name',
      'CI',
      '--pepper-variable',
      'KEY_PEPPER',
    ]
    const { printed } = await run(args, {})
    expect((await open({ pepper }).verify(printed.trim())).ok).toBe(true)
    expect((await open().verify(printed.trim())).ok).toBe(false)
    expect(await run([...args.slice(0, -1), 'MISSING'], {})).toMatchObject({ exitCode: 1, printed: '' })
    await rm(join(cwd, '.env.local'))
  })

  it.each<[string, string[], Record<string, string> | undefined, number, string]>([
    ['no database', ['list'], {}, 1, 'Set DATABASE_URL'],
    ['an address that is none', ['list'], { DATABASE_URL: 'secret' }, 1, 'DATABASE_URL is no address'],
    [
      "a Supabase's address that is none",
      ['list'],
      { SUPABASE_URL: 'secret', SUPABASE_SECRET_KEY: 'secret' },
      1,
      "Supabase's URL is no http or https address",
    ],
    ['a database that is down', ['list'], { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }, 1, 'ECONNREFUSED'],
    ['an environment file that is not there', ['list', '--env-file', 'nope'], {}, 1, 'there is no file nope'],
    ['an unknown id', ['show', 'x'], undefined, 1, 'there is no key x'],
    ['no owner', ['create', '--prefix', 'a', '--name', 'b'], undefined, 2, '--owner is needed'],
    ['no grace', ['rotate', 'x'], undefined, 2, '--grace is needed'],
    ['a grace in words', ['rotate', 'x', '--grace', '1h'], undefined, 2, 'whole number'],
    [
      'a wrong scope',
      ['create', '--prefix', 'a', '--owner', 'o', '--name', 'b', '--scope', 'a b'],
      undefined,
      1,
      'ERR_KEY_SCOPE',
    ],
    [
      'a wrong date',
      ['create', '--prefix', 'a', '--owner', 'o', '--name', 'b', '--expires', 'soon'],
      undefined,
      2,
      '--expires',
    ],
    ['two spans', ['usage', 'x', '--days', '1', '--hours', '1'], undefined, 2, 'not both'],
  ])('refuses %s', async (_name, args, env, exitCode, said) => {
    const result = await run(args, env)
    expect({ exitCode: result.exitCode, printed: result.printed }).toEqual({ exitCode, printed: '' })
    expect(result.said).toContain(said)
    expect(result.said).not.toContain('secret')
  })
})
