import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { Keyring } from 'routekey'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { openSignedInBrowser } from '#test/support/scriptless-browser.ts'
import { send } from '#test/support/send.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let postgres: TestPostgres
let database: Client
let stack: Stack
let keyring: Keyring
beforeAll(async () => {
  postgres = await startTestPostgres({ migrationsDirectory: null })
  // The test calls the sweep itself.
  stack = await startStack({ databaseUrl: postgres.url, sweepIntervalMs: 3_600_000 })
  database = new Client({ connectionString: postgres.url })
  await database.connect()
  keyring = createTestKeyring(stack)
})
afterAll(async () => {
  await database?.end()
  await stack?.stop()
  await postgres?.stop()
})

const whoami = async (key: string) =>
  (await send(`${stack.webUrl}/api/v1/whoami`, { method: 'GET', headers: ['authorization', `Bearer ${key}`] })).status

it('refuses every key of a suspended user, and creates none', async () => {
  const session = await openSignedInBrowser(stack)
  const { key } = await keyring.create({ owner: session.id, name: 'CI' })
  const page = await session.get('/keys')
  expect(await whoami(key)).toBe(200)

  await database.query(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [session.id])
  expect(await whoami(key)).toBe(401)
  const form = { name: 'CI', scopes: 'account:read', expiry: '30', window: 'none' }
  const answer = await session.submit(page, 'Create key', form)
  expect(answer.body).toContain('Your account is suspended')
  expect(await keyring.list({ owner: session.id })).toHaveLength(1)

  await database.query('update auth.users set banned_until = null where id = $1', [session.id])
  expect(await whoami(key)).toBe(200)
})

it('ends in the sweep what a trigger did not end', async () => {
  const { id: owner } = await openSignedInBrowser(stack)
  const { key, record } = await keyring.create({ owner, name: 'CI' })
  await database.query('update public.api_key set owner = $1 where id = $2', [crypto.randomUUID(), record.id])
  expect(await whoami(key)).toBe(401)
  // While the use of a key is written, its row is locked, and a sweep leaves it to the next one.
  const countUses = async () =>
    (await database.query('select from public.api_key_usage where key_id = $1', [record.id])).rowCount
  await expect.poll(countUses).toBe(1)
  const sweep = async () => {
    const headers = ['authorization', `Bearer ${stack.env['CRON_SECRET']}`]
    return (await send(`${stack.webUrl}/api/sync-stripe-customers`, { method: 'GET', headers })).json()
  }
  expect(await sweep()).toMatchObject({ prunedRows: 1 })
  expect(await sweep()).toMatchObject({ prunedRows: 0 })
  expect(await keyring.get(record.id)).toBeNull()
})
