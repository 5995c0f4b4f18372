import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import type { Keyring } from 'routekey'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s', (signal, exitCode) => {
  let postgres: TestPostgres
  let database: Pool
  let stack: Stack
  let keyring: Keyring
  let owner: string
  beforeAll(async () => {
    postgres = await startTestPostgres({ migrationsDirectory: null })
    stack = await startStack({ databaseUrl: postgres.url })
    database = new Pool({ connectionString: postgres.url, max: 1 })
    database.on('error', () => {})
    keyring = createTestKeyring(stack)
    owner = (await signUp(stack)).id
  })
  afterAll(async () => {
    await database.end()
    await stack.stop()
    await postgres.stop()
  })
  beforeEach(async () => {
    await stack.restartWeb()
  })

  const use = async (key: string, times: number) => {
    const whoami = () =>
      send(`${stack.webUrl}/api/v1/whoami`, { method: 'GET', headers: ['authorization', `Bearer ${key}`] })
    const responses = await Promise.all(Array.from({ length: times }, whoami))
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: times }, () => 200))
  }
  const readUsed = async (id: string) => {
    const hours = (await keyring.usage({ id }, { unit: 'hour', count: 2 })) ?? []
    return hours.reduce((sum, { allowed }) => sum + allowed, 0)
  }

  it('loses no count of a request that was answered just before', async () => {
    const { key, record } = await keyring.create({ owner, name: 'CI' })
    await use(key, 7)
    expect(await stack.web.end(signal)).toBe(exitCode)
    expect(await readUsed(record.id)).toBe(7)
  })

  it('loses no count that waits because the database did not accept it', async () => {
    const { key, record } = await keyring.create({ owner, name: 'CI' })
    const { rows } = await database.query(
      `select pg_get_functiondef('public.record_api_key_usage'::regproc) as definition`,
    )
    // A sequence counts calls that fail, too.
    await database.query(`
      create sequence attempt;
      create or replace function public.record_api_key_usage(input jsonb) returns jsonb
      language plpgsql security definer as
      $$ begin perform nextval('attempt'); raise 'not now'; end $$
    `)
    for (let request = 1; request <= 7; request += 1) {
      await use(key, 1)
      await expect
        .poll(async () => (await database.query('select last_value from attempt')).rows)
        .toEqual([{ last_value: String(request) }])
    }
    await database.query(`${rows[0].definition}; drop sequence attempt`)
    expect(await readUsed(record.id)).toBe(0)
    expect(await stack.web.end(signal)).toBe(exitCode)
    expect(await readUsed(record.id)).toBe(7)
  })
})
