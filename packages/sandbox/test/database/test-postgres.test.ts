import { Client } from 'pg'
import { expect, it } from 'vitest'
import { startTestPostgres } from '../../src/testing/test-postgres.ts'

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  await client.connect()
  return client
}

it('starts servers side by side, each prepared and by itself, and stops them', async () => {
  const servers = await Promise.all([startTestPostgres(), startTestPostgres({ settings: { max_connections: '7' } })])
  try {
    const [first, second] = await Promise.all(servers.map(({ url }) => connect(url)))
    await first!.query(`insert into auth.users (id, email) values (gen_random_uuid(), 'ada@example.com')`)
    const count = 'select count(*)::int as count from public.profile'
    expect((await first!.query(count)).rows).toEqual([{ count: 1 }])
    expect((await second!.query(count)).rows).toEqual([{ count: 0 }])
    expect((await second!.query('show max_connections')).rows).toEqual([{ max_connections: '7' }])
    await Promise.all([first!.end(), second!.end()])
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
  await expect(connect(servers[0].url)).rejects.toThrow('ECONNREFUSED')
})

it('lets nobody in without the password', async () => {
  const server = await startTestPostgres({ migrationsDirectory: null })
  try {
    const url = new URL(server.url)
    url.password = 'guessed'
    await expect(connect(url.href)).rejects.toThrow('password authentication failed')
  } finally {
    await server.stop()
  }
})
