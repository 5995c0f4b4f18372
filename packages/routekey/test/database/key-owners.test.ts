import { randomUUID } from 'node:crypto'

import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool, type PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { type KeyStore, type Keyring, RoutekeyError, createKeyring } from '../../src/index.ts'
import { createPostgresStore, listenWithPg } from '../../src/stores/postgres.ts'

let server: TestPostgres
let pool: Pool
let store: KeyStore
let keyring: Keyring

beforeAll(async () => {
  // With the application's migrations: every owner is a user in auth.users.
  server = await startTestPostgres()
  pool = new Pool({ connectionString: server.url, max: 24 })
  pool.on('error', () => {})
  store = createPostgresStore({ client: pool })
  keyring = createKeyring({ store, prefix: 'acme', usage: false, timeoutMs: 60_000 })
})

afterAll(async () => {
  await pool.end()
  await server.stop()
})

/** The keys that owners have before any of them ends. */
const firstKeys = new Map<string, { key: string; id: string }>()

async function signUpWithKey(): Promise<string> {
  const owner = await signUp()
  firstKeys.set(owner, await createKey(owner))
  return owner
}

async function signUp(): Promise<string> {
  const owner = randomUUID()
  await pool.query('insert into auth.users (id, email) values ($1, $2)', [owner, `${owner}@example.com`])
  return owner
}

async function createKey(owner: string) {
  const { key, record } = await keyring.create({ owner, name: 'CI' })
  return { key, id: record.id }
}

const on = (sql: string) => (owner: string) => pool.query(sql, [owner])

/** Every way in which an owner can end, alone and after another. */
const deletions: Record<string, (owner: string) => Promise<unknown>> = {
  'deleted with SQL': on('delete from auth.users where id = $1'),
  'deleted by the application': on('select public.delete_account($1)'),
  'marked as deleted': on('update auth.users set deleted_at = now() where id = $1'),
  'left without a profile, then deleted': async (owner) => {
    await on('delete from public.profile where id = $1')(owner)
    await on('delete from auth.users where id = $1')(owner)
  },
  'banned, then deleted': async (owner) => {
    await on(`update auth.users set banned_until = 'infinity' where id = $1`)(owner)
    await on('delete from auth.users where id = $1')(owner)
  },
  'marked as deleted, then deleted': async (owner) => {
    await on('update auth.users set deleted_at = now() where id = $1')(owner)
    await on('delete from auth.users where id = $1')(owner)
  },
  'marked as deleted, with triggers off': async (owner) => {
    const client = await pool.connect()
    await client.query(`begin; set local session_replication_role = 'replica'`)
    await client.query('update auth.users set deleted_at = now() where id = $1', [owner])
    await client.query('commit')
    client.release()
  },
}

const ban = on(`update auth.users set banned_until = now() + interval '1 day' where id = $1`)
const liftBan = on('update auth.users set banned_until = null where id = $1')

const countRows = async (owners: readonly string[]): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(
    `with of_owners as (select id from api_key where owner = any($1))
    select (
      (select count(*) from of_owners)
      + (select count(*) from api_key_secret where key_id not in (select id from api_key))
      + (select count(*) from api_key_usage where key_id not in (select id from api_key))
      + (select count(*) from api_key_audit where key_id not in (select id from api_key))
    )::integer as count`,
    [owners],
  )
  return rows[0]!.count
}

/** Runs every action on keys of an owner while `end` runs after some of them. Returns every key that was handed out. */
async function race(owner: string, endAfter: number, end: () => Promise<unknown>): Promise<readonly string[]> {
  const first = firstKeys.get(owner)!
  const handedOut = [first.key]
  const ids = [first.id]
  let ending: Promise<unknown> | undefined
  let started = 0
  const create = async () => {
    const { key, id } = await createKey(owner)
    handedOut.push(key)
    ids.push(id)
  }
  const someId = () => ids[started % ids.length]!
  const actions: (() => Promise<unknown>)[] = [
    create,
    async () => {
      const rotated = await keyring.rotate(someId(), { owner, graceSeconds: 3600 })
      if (rotated !== null) handedOut.push(rotated.key)
    },
    () => keyring.update(someId(), { name: 'New' }, { owner }),
    () => keyring.verify(handedOut.at(-1)!),
    create,
    () => keyring.disable(someId(), { owner }),
    () => keyring.enable(someId(), { owner }),
    () => keyring.endGrace(someId(), { owner }),
    () => keyring.revoke(ids.at(-1)!, { owner }),
    () => keyring.prune(),
    create,
    () => keyring.list({ owner }),
    create,
  ]
  const results = await Promise.allSettled(
    actions.map(async (act) => {
      started += 1
      if (started > endAfter) ending ??= end()
      await act()
    }),
  )
  await (ending ?? end())
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason)
  // A deadlock or another surprise of the database would be here.
  const surprises = failures.filter((error) => !(error instanceof RoutekeyError && error.code === 'ERR_KEY_OWNER'))
  expect(surprises).toEqual([])
  return handedOut
}

async function verifyAll(keys: readonly string[]): Promise<readonly string[]> {
  const codes = new Set<string>()
  for (const key of keys) {
    const verified = await keyring.verify(key)
    codes.add(verified.ok ? 'ok' : verified.denial.code)
  }
  return [...codes].toSorted()
}

describe('an owner who ends while every action on keys runs', () => {
  it.each(Object.keys(deletions))('leaves no key that works and no row: %s', async (name) => {
    const owners = await Promise.all(Array.from({ length: 14 }, signUpWithKey))
    const keys = await Promise.all(owners.map((owner, index) => race(owner, index, () => deletions[name]!(owner))))
    const handedOut = keys.flat()
    expect(handedOut.length).toBeGreaterThanOrEqual(owners.length)
    expect(await verifyAll(handedOut)).not.toContain('ok')
    await keyring.prune()
    expect(await countRows(owners)).toBe(0)
    for (const owner of owners) await expect(createKey(owner)).rejects.toThrow('ERR_KEY_OWNER')
  })

  it('leaves no key that works while banned, and every row, which works again afterwards', async () => {
    const owners = await Promise.all(Array.from({ length: 14 }, signUpWithKey))
    const keys = await Promise.all(owners.map((owner, index) => race(owner, index, () => ban(owner))))
    const codes = await verifyAll(keys.flat())
    expect(codes).toContain('owner_inactive')
    expect(codes).not.toContain('ok')
    await keyring.prune()
    for (const owner of owners) {
      expect(await keyring.list({ owner })).not.toEqual([])
      await expect(createKey(owner)).rejects.toThrow('ERR_KEY_OWNER')
      await liftBan(owner)
    }
    expect(await verifyAll(keys.flat())).toContain('ok')
    expect(await verifyAll([(await createKey(owners[0]!)).key])).toEqual(['ok'])
  })

  it('ends many owners in one statement without a deadlock', async () => {
    const owners = await Promise.all(Array.from({ length: 10 }, signUpWithKey))
    let deletion: Promise<unknown> | undefined
    const end = () => (deletion ??= pool.query('delete from auth.users where id = any($1)', [owners]))
    const keys = await Promise.all(owners.map((owner, index) => race(owner, index, end)))
    expect(await verifyAll(keys.flat())).toEqual(['invalid_key'])
    expect(await countRows(owners)).toBe(0)
  })
})

async function openTransaction(): Promise<PoolClient> {
  const client = await pool.connect()
  onTestFinished(() => client.release())
  await client.query('begin')
  return client
}

const waitForLock = () =>
  vi.waitFor(
    async () => {
      const { rowCount } = await pool.query(`select from pg_locks where locktype = 'advisory' and not granted`)
      expect(rowCount).toBe(1)
    },
    { timeout: 20_000 },
  )

describe('creating a key and deleting its owner', () => {
  it('deletes the key of a creation that has not committed yet', async () => {
    const owner = await signUp()
    const creating = await openTransaction()
    const uncommitted = createKeyring({ store: createPostgresStore({ client: creating }), prefix: 'acme' })
    const { key } = await uncommitted.create({ owner, name: 'CI' })
    const deletion = pool.query('delete from auth.users where id = $1', [owner])
    await waitForLock()
    await creating.query('commit')
    await deletion
    expect(await verifyAll([key])).toEqual(['invalid_key'])
    expect(await countRows([owner])).toBe(0)
  })

  it('creates no key while a deletion has not committed yet', async () => {
    const owner = await signUp()
    const deleting = await openTransaction()
    await deleting.query('delete from auth.users where id = $1', [owner])
    const creation = createKey(owner)
    const [refused] = await Promise.all([
      Promise.allSettled([creation]),
      waitForLock().then(() => deleting.query('commit')),
    ])
    expect(String(refused[0].status === 'rejected' && refused[0].reason)).toContain('ERR_KEY_OWNER')
    expect(await countRows([owner])).toBe(0)
  })
})

it('refuses keys without an owner in the look-up, and prunes them in batches', async () => {
  const owners = Array.from({ length: 25 }, () => randomUUID())
  await pool.query(
    `insert into api_key (id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at)
    select gen_random_uuid(), owner, 'CI', 'acme_ab12', '{}', '[]', '{}', '{}', now()
    from unnest($1::text[] || 'no uuid'::text) as owner`,
    [owners],
  )
  const owner = await signUp()
  const { key, id } = await createKey(owner)
  await pool.query('update api_key set owner = $1 where id = $2', [owners[0], id])
  expect(await keyring.verify(key)).toEqual({
    ok: false,
    denial: { status: 401, code: 'owner_inactive', keyId: id },
  })
  let pruned = 0
  // Other tests left owners, which take their places in the batches.
  for (let call = 0; call < 40; call += 1) {
    const { keys } = await store.prune({ at: new Date(), limit: 10 })
    expect(keys).toBeLessThanOrEqual(10)
    pruned += keys
  }
  expect(pruned).toBe(27)
  expect(await countRows([...owners, 'no uuid'])).toBe(0)
})

it('prunes nothing in a call that runs at the same time as another', async () => {
  const pruning = new Client({ connectionString: server.url })
  await pruning.connect()
  onTestFinished(() => pruning.end())
  await pruning.query('begin')
  await pruning.query('select from api_key_pruning for update')
  await pool.query(
    `insert into api_key (id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at)
    values (gen_random_uuid(), 'nobody', 'CI', 'acme_ab12', '{}', '[]', '{}', '{}', now())`,
  )
  expect(await keyring.prune()).toEqual({ keys: 0, secrets: 0, auditEntries: 0, usageHours: 0 })
  await pruning.query('commit')
  expect(await keyring.prune()).toMatchObject({ keys: 1 })
})

it('tells processes that cache keys of a ban, and of its end', async () => {
  const listener = new Client({ connectionString: server.url })
  await listener.connect()
  const cached = createKeyring({
    store: createPostgresStore({ client: pool, listen: listenWithPg(listener) }),
    prefix: 'acme',
    usage: false,
    cache: { seconds: 86_400 },
  })
  onTestFinished(async () => {
    await cached.close()
    await listener.end()
  })
  await cached.listen()
  const owner = await signUp()
  const { key } = await createKey(owner)
  expect((await cached.verify(key)).ok).toBe(true)
  await ban(owner)
  await vi.waitFor(async () => expect((await cached.verify(key)).ok).toBe(false), { timeout: 20_000 })
  await liftBan(owner)
  await vi.waitFor(async () => expect((await cached.verify(key)).ok).toBe(true), { timeout: 20_000 })
})
