import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { runIn } from '../../src/cli/cli-fixture.ts'
import { createKeyring, hashKey, type Keyring } from '../../src/index.ts'
import { importKey } from '../../src/keyring/import/index.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'

let server: TestPostgres
let pool: Pool
let cwd: string
const keyrings: Keyring[] = []

beforeAll(async () => {
  server = await startShippedPostgres()
  pool = new Pool({ connectionString: server.url })
  // A connection that closes while the server stops reports an error.
  pool.on('error', () => {})
  cwd = await mkdtemp(join(tmpdir(), 'routekey-cli-keys-'))
})

afterAll(async () => {
  // A keyring that stays open writes its usage to the pool later, fails and logs that, again and again.
  for (const keyring of keyrings) await keyring.close()
  await pool.end()
  await server.stop()
  await rm(cwd, { recursive: true })
})

const run = (args: readonly string[], env: Record<string, string> = { DATABASE_URL: server.url }) =>
  runIn(cwd, ['keys', ...args], env)

const open = (options: { pepper?: string } = {}): Keyring => {
  const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme_live', ...options })
  keyrings.push(keyring)
  return keyring
}

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
  it('creates a key that works, and prints nothing else to stdout', async () => {
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

  it('creates no key for an owner who has --max-keys already, and says how to free one', async () => {
    const args = ['create', '--prefix', 'acme_live', '--owner', 'collector', '--name', 'CI', '--max-keys', '1']
    expect((await run(args)).exitCode).toBe(0)
    const refused = await run(args)
    expect(refused).toMatchObject({ exitCode: 1, printed: '' })
    expect(refused.said).toContain('collector has 1 or more keys')
    expect(refused.said).toContain('npx routekey keys revoke <id>')
  })

  it('lists and shows keys, without the secret part and its hash', async () => {
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

  it('gives a key that was imported the prefix of the keyring when it is rotated', async () => {
    const store = createPostgresStore({ client: pool })
    const former = `ba_${'x'.repeat(64)}`
    const { id } = await importKey(store, { owner: 'ada', name: 'CI', hash: hashKey(former), algorithm: 'sha256' })
    const rotated = await run(['rotate', id, '--grace', '3600', '--prefix', 'acme_live'])
    expect(await open().verify(rotated.printed.trim())).toMatchObject({ ok: true, record: { id } })
  })

  it('manages keys in another schema', async () => {
    await pool.query(generateSql({ schema: 'keys' }))
    const schema = ['--schema', 'keys']
    const made = await run(['create', '--prefix', 'acme_live', '--owner', 'schema', '--name', 'CI', ...schema])
    const keyring = createKeyring({ store: createPostgresStore({ client: pool, schema: 'keys' }), prefix: 'acme_live' })
    keyrings.push(keyring)
    expect(await keyring.verify(made.printed.trim())).toMatchObject({ ok: true, record: { owner: 'schema' } })
    expect(JSON.parse((await run(['list', '--owner', 'schema', '--json', ...schema])).printed)).toHaveLength(1)
    expect(JSON.parse((await run(['list', '--owner', 'schema', '--json'])).printed)).toEqual([])
    expect(await run(['list', '--schema', 'a.b'])).toMatchObject({ exitCode: 2, printed: '' })
  })

  it('rotates a key with a grace period, and revokes it', async () => {
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

  it('reads the pepper from the named variable, and the database from the environment file', async () => {
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
    expect(await run([...args.slice(0, -1), 'MISSING'], {})).toMatchObject({ exitCode: 2, printed: '' })
    await rm(join(cwd, '.env.local'))
  })

  const createArguments = ['create', '--prefix', 'a', '--owner', 'o', '--name', 'b']
  it.each<[string, string[], Record<string, string> | undefined, number, string]>([
    ['no database', ['list'], {}, 2, 'No database is configured. Set DATABASE_URL'],
    ['a malformed database URL', ['list'], { DATABASE_URL: 'secret' }, 2, 'DATABASE_URL is not a valid URL'],
    [
      'a malformed Supabase URL',
      ['list'],
      { SUPABASE_URL: 'secret', SUPABASE_SECRET_KEY: 'secret' },
      2,
      'The Supabase URL must be a valid http or https URL',
    ],
    ['a database that is down', ['list'], { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }, 3, 'ECONNREFUSED'],
    ['a missing environment file', ['list', '--env-file', 'nope'], {}, 2, 'nope does not exist'],
    ['a directory as environment file', ['list', '--env-file', '.'], {}, 2, '. is not a regular file'],
    [
      'a Supabase URL with a password',
      ['list'],
      { SUPABASE_URL: 'https://user:hushhush@127.0.0.1:1', SUPABASE_SECRET_KEY: 'sb_secret_1' },
      2,
      'The Supabase URL has a user name or a password',
    ],
    ['an unknown id', ['show', 'x'], undefined, 1, 'There is no key with the id x.'],
    ['a missing owner', ['create', '--prefix', 'a', '--name', 'b'], undefined, 2, "'--owner <owner>' not specified"],
    ['a missing grace period', ['rotate', 'x'], undefined, 2, "'--grace <seconds>' not specified"],
    ['a grace period in words', ['rotate', 'x', '--grace', '1h'], undefined, 2, 'Use a whole number.'],
    ['a malformed scope', [...createArguments, '--scope', 'a b'], undefined, 2, 'ERR_KEY_SCOPE'],
    ['a malformed date', [...createArguments, '--expires', 'soon'], undefined, 2, 'Use a date such as'],
    ['two periods', ['usage', 'x', '--days', '1', '--hours', '1'], undefined, 2, 'cannot be used with'],
  ])('refuses %s', async (_name, args, env, exitCode, said) => {
    const result = await run(args, env)
    expect({ exitCode: result.exitCode, printed: result.printed }).toEqual({ exitCode, printed: '' })
    expect(result.said).toContain(said)
    expect(result.said).not.toContain('secret')
  })
})
