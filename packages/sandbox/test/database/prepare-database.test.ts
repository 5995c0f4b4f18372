import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, prepareTestDatabase } from '../../src/testing/create-test-database.ts'

let database: PGlite

beforeAll(async () => {
  database = await createTestDatabase({ migrationsDirectory: null })
})

afterAll(() => database.close())

/** Runs a statement as a role of the Data API, in a transaction that is rolled back. */
async function queryAs(role: string, statement: string, claims: Record<string, string> = {}): Promise<unknown[]> {
  let rows: unknown[] = []
  await database.transaction(async (transaction) => {
    await transaction.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)])
    await transaction.query(`set local role ${role}`)
    rows = (await transaction.query(statement)).rows
    await transaction.rollback()
  })
  return rows
}

describe('vault', () => {
  beforeAll(() => database.query(`select vault.create_secret('hunter2', 'password', 'a password')`))

  it.each(['anon', 'authenticated'])('is closed to %s', async (role) => {
    await expect(queryAs(role, 'select * from vault.decrypted_secrets')).rejects.toThrow(/permission denied/)
    await expect(queryAs(role, 'select * from vault.secrets')).rejects.toThrow(/permission denied/)
    await expect(queryAs(role, `select vault.create_secret('x')`)).rejects.toThrow(/permission denied/)
    await expect(queryAs(role, `select vault.update_secret(gen_random_uuid(), 'x')`)).rejects.toThrow(
      /permission denied/,
    )
  })

  it('allows the service role to read secrets, but not to write the table', async () => {
    const rows = await queryAs(
      'service_role',
      'select name, description, decrypted_secret from vault.decrypted_secrets',
    )
    expect(rows).toEqual([{ name: 'password', description: 'a password', decrypted_secret: 'hunter2' }])
    await expect(queryAs('service_role', `insert into vault.secrets (secret) values ('x')`)).rejects.toThrow(
      /permission denied/,
    )
  })

  it('does not store plaintext in the column that holds ciphertext on hosted Supabase', async () => {
    const { rows } = await database.query<{ secret: string }>('select secret from vault.secrets')
    expect(rows[0]!.secret).not.toContain('hunter2')
  })

  it('changes only the given properties with update_secret', async () => {
    await database.query(`
      select vault.update_secret(id, new_secret => 'hunter3') from vault.secrets where name = 'password'
    `)
    const { rows } = await database.query('select name, description, decrypted_secret from vault.decrypted_secrets')
    expect(rows).toEqual([{ name: 'password', description: 'a password', decrypted_secret: 'hunter3' }])
  })

  it('refuses a second secret with the same name', async () => {
    await expect(database.query(`select vault.create_secret('x', 'password')`)).rejects.toThrow(/duplicate key/)
  })
})

describe('net', () => {
  it('queues a post with encoded parameters and the content type', async () => {
    await database.query(`
      select net.http_post(
        url => 'http://localhost/path?a=1',
        body => '{"name": "é"}',
        params => '{"q": "a b&c/é"}',
        headers => '{"x-api-key": "k"}',
        timeout_milliseconds => 1234
      )
    `)
    const { rows } = await database.query(`
      select method, url, headers, convert_from(body, 'UTF8') as body, timeout_milliseconds from net.http_request_queue
      order by id desc limit 1
    `)
    expect(rows).toEqual([
      {
        method: 'POST',
        url: 'http://localhost/path?a=1&q=a%20b%26c%2F%C3%A9',
        headers: { 'x-api-key': 'k', 'Content-Type': 'application/json' },
        body: '{"name": "é"}',
        timeout_milliseconds: 1234,
      },
    ])
  })

  it('refuses to post a content type other than JSON', async () => {
    await expect(
      database.query(`select net.http_post('http://localhost', headers => '{"content-type": "text/plain"}')`),
    ).rejects.toThrow('Content-Type header must be "application/json"')
  })

  it('has the defaults of pg_net', async () => {
    const { rows } = await database.query(`
      select proname, pg_get_function_arguments(oid) as arguments from pg_proc
      where pronamespace = 'net'::regnamespace and proname like 'http\\_%' order by proname
    `)
    expect(rows).toEqual([
      {
        proname: 'http_delete',
        arguments:
          `url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, ` +
          `timeout_milliseconds integer DEFAULT 5000, body jsonb DEFAULT NULL::jsonb`,
      },
      {
        proname: 'http_get',
        arguments:
          `url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, ` +
          `timeout_milliseconds integer DEFAULT 5000`,
      },
      {
        proname: 'http_post',
        arguments:
          `url text, body jsonb DEFAULT '{}'::jsonb, params jsonb DEFAULT '{}'::jsonb, ` +
          `headers jsonb DEFAULT '{"Content-Type": "application/json"}'::jsonb, ` +
          `timeout_milliseconds integer DEFAULT 5000`,
      },
    ])
  })
})

describe('roles and auth', () => {
  it('grants the API roles no rights on a new table in public, as new hosted projects do', async () => {
    await database.exec('create table if not exists public.note (id int)')
    for (const role of ['anon', 'authenticated', 'service_role']) {
      await expect(queryAs(role, 'select * from public.note')).rejects.toThrow(/permission denied/)
    }
  })

  it('gives no API role access to auth.users', async () => {
    for (const role of ['anon', 'authenticated', 'service_role']) {
      await expect(queryAs(role, 'select * from auth.users')).rejects.toThrow(/permission denied/)
    }
  })

  it('reads the claims of the request', async () => {
    const claims = { sub: '11111111-1111-4111-8111-111111111111', role: 'authenticated', email: 'a@example.com' }
    expect(await queryAs('authenticated', 'select auth.uid(), auth.role(), auth.email(), auth.jwt()', claims)).toEqual([
      { uid: claims.sub, role: claims.role, email: claims.email, jwt: claims },
    ])
    expect(await queryAs('anon', 'select auth.uid(), auth.role()')).toEqual([{ uid: null, role: null }])
  })
})

describe('preparing a database', () => {
  it('does nothing the second time', async () => {
    await database.exec('drop function net.wake()')
    await prepareTestDatabase(database, { migrationsDirectory: null })
    expect((await database.query(`select to_regproc('net.wake') as wake`)).rows).toEqual([{ wake: null }])
  })

  it('updates a database of an older version, and keeps its secrets', async () => {
    await database.exec(`update pg_extension set extversion = 'sandbox-older' where extname = 'pg_net'`)
    await prepareTestDatabase(database, { migrationsDirectory: null })
    expect((await database.query(`select to_regproc('net.wake')::text as wake`)).rows).toEqual([{ wake: 'net.wake' }])
    expect((await database.query('select name from vault.decrypted_secrets')).rows).toEqual([{ name: 'password' }])
  })

  it('refuses a database that has the real pg_net, and does not change it', async () => {
    const setVersion = `update pg_extension set extversion = $1 where extname = 'pg_net' returning extversion`
    const { extversion } = (
      await database.query<{ extversion: string }>(`select extversion from pg_extension where extname = 'pg_net'`)
    ).rows[0]!
    await database.query(setVersion, ['0.20.0'])
    await expect(prepareTestDatabase(database, { migrationsDirectory: null })).rejects.toMatchObject({
      code: 'ERR_SANDBOX_DATABASE',
      message: expect.stringMatching(/^The database of DATABASE_URL has pg_net.+unset DATABASE_URL\.$/),
    })
    await database.query(setVersion, [extversion])
  })
})
