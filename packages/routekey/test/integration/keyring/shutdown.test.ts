import { fork } from 'node:child_process'
import { once } from 'node:events'

import { Pool } from 'pg'
import { expect, it } from 'vitest'

import { createKeyring } from '../../../src/index.ts'
import { createPostgresStore } from '../../../src/stores/postgres.ts'
import { startShippedPostgres } from '../../shipped-sql/start-shipped-postgres.ts'

it('a server that ends as the guide says writes the counts that wait', async ({ onTestFinished }) => {
  const database = await startShippedPostgres()
  onTestFinished(() => database.stop())
  const pool = new Pool({ connectionString: database.url, max: 1 })
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme' })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })

  const server = fork(new URL('shutdown-server.ts', import.meta.url), [database.url])
  onTestFinished(() => void server.kill('SIGKILL'))
  const [{ port }] = await once(server, 'message')
  for (let request = 0; request < 7; request += 1) {
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-api-key': key } })
    expect(status).toBe(200)
  }
  const used = () => keyring.usage({ id: record.id }, { unit: 'day', count: 1 })
  expect(await used()).toMatchObject([{ allowed: 0 }])
  const exited = once(server, 'exit')
  server.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(await used()).toMatchObject([{ allowed: 7 }])
})
