import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { buildPackages } from '@routekey/tools/build-if-stale'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

import { generateKey } from '../../../src/index.ts'
import { generateSql } from '../../../src/sql/generate-sql.ts'

const run = promisify(execFile)
const root = new URL('../../../../../', import.meta.url)

let directory: string
let server: TestPostgres
let client: Client

// The scripts are those of the guide. They run in a directory of their own, with the built package.
beforeAll(async () => {
  await buildPackages()
  directory = await mkdtemp(join(tmpdir(), 'routekey-import-'))
  await symlink(fileURLToPath(new URL('node_modules', root)), join(directory, 'node_modules'))
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  await copyFile(new URL('serve-keyring.mjs', import.meta.url), join(directory, 'serve-keyring.mjs'))
  const guide = await readFile(new URL('docs/importing-keys.md', root), 'utf8')
  for (const [, code = '', name = ''] of guide.matchAll(/^```ts\n(\/\/ (import-[a-z-]+\.ts):[\s\S]*?)^```$/gm)) {
    await writeFile(join(directory, name), code)
  }
  server = await startTestPostgres({ migrationsDirectory: null })
  client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(generateSql())
}, 120_000)

afterAll(async () => {
  await client.end()
  await server.stop()
  await rm(directory, { recursive: true })
})

const environment = () => ({ ...process.env, DATABASE_URL: server.url })
const runScript = async (name: string) =>
  (await run(process.execPath, [name], { cwd: directory, env: environment() })).stdout.trim()

/** Starts the server with the keyring, and returns what it answers to a key: the owner, or the status of a refusal. */
async function serve(): Promise<(key: string) => Promise<string>> {
  const child = spawn(process.execPath, ['serve-keyring.mjs'], { cwd: directory, env: environment() })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  const [port] = await once(child.stdout, 'data')
  return async (key) => {
    const response = await fetch(`http://127.0.0.1:${String(port).trim()}/`, { headers: { 'x-api-key': key } })
    return response.ok ? response.text() : String(response.status)
  }
}

const letters = (length: number) =>
  Array.from(randomBytes(length), (byte) => 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[byte % 52]).join('')

async function answers(ask: (key: string) => Promise<string>, keys: ReadonlyMap<string, string>): Promise<void> {
  const wrong: unknown[] = []
  for (const [key, owner] of keys) {
    const answer = await ask(key)
    if (answer !== owner) wrong.push({ key, owner, answer })
  }
  expect(wrong).toEqual([])
}

it('moves 1,000 keys of better-auth by the script of the guide, and every key works over HTTP', async () => {
  await client.query(
    `create table apikey (
      id text primary key, name text, start text, prefix text, key text not null, "userId" text not null, enabled boolean,
      "rateLimitEnabled" boolean, remaining integer, "expiresAt" timestamptz, "createdAt" timestamptz not null,
      permissions text, metadata text
    )`,
  )
  const keys = new Map<string, string>()
  const add = async (index: number, values: { enabled?: boolean; expiresAt?: Date } = {}) => {
    const prefix = index % 2 === 0 ? 'ba_' : ''
    const key = prefix + letters(64)
    await client.query(
      `insert into apikey (id, name, start, prefix, key, "userId", enabled, "expiresAt", "createdAt", permissions, metadata)
      values ($1, $2, $3, $4, $5, $6, $7, $8, now() - interval '1 year', $9, $10)`,
      [
        letters(32),
        index % 3 === 0 ? null : `key ${index}`,
        key.slice(0, 6),
        prefix || null,
        createHash('sha256').update(key).digest('base64url'),
        `user-${index % 50}`,
        values.enabled ?? true,
        values.expiresAt ?? null,
        index % 5 === 0 ? '{"files":["read","write"]}' : null,
        index % 7 === 0 ? 'null' : null,
      ],
    )
    return key
  }
  for (let index = 0; index < 1000; index += 1) keys.set(await add(index), `user-${index % 50}`)
  const disabled = await add(1, { enabled: false })
  const expired = await add(2, { expiresAt: new Date(0) })
  const expiring = await add(3, { expiresAt: new Date(Date.now() + 3_600_000) })

  const ask = await serve()
  expect(await ask([...keys.keys()][0]!)).toBe('401')
  expect(await runScript('import-better-auth.ts')).toBe('1002 keys are imported.')
  expect(await runScript('import-better-auth.ts')).toBe('1002 keys are imported.')
  const { rows } = await client.query('select count(*)::integer as keys from api_key')
  expect(rows).toEqual([{ keys: 1002 }])
  await answers(ask, keys)
  expect(await ask(disabled)).toBe('401')
  expect(await ask(expired)).toBe('401')
  expect(await ask(expiring)).toBe('user-3')
  expect(await ask(letters(64))).toBe('401')
  const scopes = await client.query(
    `select count(*)::integer as keys from api_key where scopes = '{files:read,files:write}'`,
  )
  expect(scopes.rows).toEqual([{ keys: 200 }])
}, 240_000)

it('moves a table with SHA-256 hashes by the script of the guide, and keys of an earlier prefix', async () => {
  await client.query('create table old_api_keys (user_id text, label text, key_sha256 text, created_at timestamptz)')
  const keys = new Map<string, string>()
  for (let index = 0; index < 1000; index += 1) {
    const key = index < 900 ? `sk_${randomBytes(24).toString('hex')}` : generateKey({ prefix: 'acme' })
    keys.set(key, `owner-${index % 10}`)
    await client.query('insert into old_api_keys values ($1, $2, $3, now())', [
      `owner-${index % 10}`,
      `key ${index}`,
      createHash('sha256').update(key).digest('hex'),
    ])
  }
  expect(await runScript('import-table.ts')).toBe('1000 keys are imported.')
  const ask = await serve()
  await answers(ask, keys)
  expect(await ask(`sk_${randomBytes(24).toString('hex')}`)).toBe('401')
  expect(await ask(generateKey({ prefix: 'acme' }))).toBe('401')
}, 240_000)
