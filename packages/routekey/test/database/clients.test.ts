import { randomUUID } from 'node:crypto'

import { type OpenClient, postgresClients } from '@routekey/sandbox/postgres-clients'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createKeyring } from '../../src/index.ts'
import { createPostgresLimiter, createPostgresStore } from '../../src/stores/postgres.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'
import { useEveryLimiterMethod } from '../shipped-sql/use-every-limiter-method.ts'
import { useEveryMethod } from '../shipped-sql/use-every-method.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startShippedPostgres()
})

afterAll(() => server.stop())

describe.each(postgresClients)('with $name', ({ open }) => {
  let opened: OpenClient

  beforeAll(async () => {
    opened = await open(server.url)
  })

  afterAll(() => opened.close())

  it('every method of a keyring works', async () => {
    await expect(useEveryMethod(createPostgresStore(opened))).resolves.toBeUndefined()
  })

  it('every method of a limiter works', async () => {
    await expect(useEveryLimiterMethod(createPostgresLimiter({ ...opened, points: 1 }))).resolves.toBeUndefined()
  })

  it('a key comes back as it was created', async () => {
    const keyring = createKeyring({
      store: createPostgresStore(opened),
      limiter: createPostgresLimiter(opened),
      prefix: 'acme',
      timeoutMs: 60_000,
    })
    const { record } = await keyring.create({
      owner: `owner ${randomUUID()}`,
      name: '{"json": [1, "\\u0041"]}',
      scopes: ['reports:read', 'a-b:*'],
      limits: [{ name: 'Per_hour', quota: 2 ** 31 - 1, windowSeconds: 3600 }],
      allowedIps: ['2001:db8::/32'],
      metadata: {
        snake_case_name: { inner_name: [1, 2.5, null, true, '1'] },
        camelCase: '2026-02-01T00:00:00Z',
        big: Number.MAX_SAFE_INTEGER,
        text: '{"not": "an object"}',
      },
      expiresAt: new Date('2099-02-01T03:04:05.678Z'),
    })
    expect(await keyring.get(record.id)).toEqual(record)
    expect(record.expiresAt).toEqual(new Date('2099-02-01T03:04:05.678Z'))
    expect(Object.keys(record.metadata)).toEqual(['big', 'text', 'camelCase', 'snake_case_name'])
    await keyring.close()
  })

  it('counts each use once, however often the counts are flushed', async () => {
    const keyring = createKeyring({ store: createPostgresStore(opened), prefix: 'acme', timeoutMs: 60_000 })
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    expect(await keyring.verify(key)).toMatchObject({ ok: true })
    for (let time = 0; time < 4; time += 1) await keyring.flush()
    expect(await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })).toMatchObject([{ allowed: 1 }])
    await keyring.close()
  })
})
