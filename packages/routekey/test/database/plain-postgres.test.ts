import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createPostgresLimiter, createPostgresStore, listenWithPg } from '../../src/stores/postgres.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { readDocumentedGrants } from '../shipped-sql/shipped-sql.ts'
import { useEveryLimiterMethod } from '../shipped-sql/use-every-limiter-method.ts'
import { useEveryMethod } from '../shipped-sql/use-every-method.ts'

const password = 'correct horse battery staple'
const closing: (() => Promise<unknown>)[] = []
let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres({ migrationsDirectory: null })
})

afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  await server.stop()
})

function addressOf(database: string, user?: string): string {
  const url = new URL(server.url)
  url.pathname = database
  if (user !== undefined) [url.username, url.password] = [user, password]
  return url.href
}

async function run(url: string, ...scripts: string[]): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const script of scripts) await client.query(script)
  await client.end()
}

async function open(url: string) {
  const pool = new Pool({ connectionString: url, max: 3 })
  const listener = new Client({ connectionString: url })
  await listener.connect()
  // A connection that closes while the server stops reports an error.
  pool.on('error', () => {})
  listener.on('error', () => {})
  closing.push(
    () => pool.end(),
    () => listener.end(),
  )
  return {
    store: createPostgresStore({ client: pool, listen: listenWithPg(listener) }),
    limiter: createPostgresLimiter({ client: pool, points: 1 }),
  }
}

async function useBoth({ store, limiter }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await useEveryMethod(store)
  await useEveryLimiterMethod(limiter)
}

describe('the SQL alone on a plain PostgreSQL', () => {
  it('gives the role that applies it a keyring on which every method works, without a superuser or a grant', async () => {
    await run(server.url, `create role owner_app login password '${password}'`, 'create database owned owner owner_app')
    await run(addressOf('owned', 'owner_app'), generateSql())
    await expect(useBoth(await open(addressOf('owned', 'owner_app')))).resolves.toBeUndefined()
  })

  describe('applied by another role', () => {
    beforeAll(async () => {
      await run(server.url, `create role app login password '${password}'`, 'create database granted')
      await run(addressOf('granted'), generateSql())
    })

    it('gives a role without grants an error, never an empty result', async () => {
      const { store, limiter } = await open(addressOf('granted', 'app'))
      await expect(store.findByHash('a'.repeat(64))).rejects.toThrow('permission denied')
      await expect(store.list({ at: new Date(), limit: 1 })).rejects.toThrow('permission denied')
      await expect(limiter.get('a')).rejects.toThrow('permission denied')
    })

    it('gives a role with the documented grants and policies a keyring on which every method works', async () => {
      await run(addressOf('granted'), await readDocumentedGrants())
      await expect(useBoth(await open(addressOf('granted', 'app')))).resolves.toBeUndefined()
    })
  })
})
