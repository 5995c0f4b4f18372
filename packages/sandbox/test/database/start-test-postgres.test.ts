import postgres from 'postgres'
import { expect, it } from 'vitest'
import { startTestPostgres } from '../../src/testing/start-test-postgres.ts'

const connect = (url: string) => postgres(url, { max: 1, onnotice: () => {} })

it('starts servers side by side, each prepared and separate, and stops them', async () => {
  const servers = await Promise.all([startTestPostgres(), startTestPostgres({ settings: { max_connections: '7' } })])
  try {
    const [first, second] = [connect(servers[0].url), connect(servers[1].url)]
    await first`insert into auth.users (id, email) values (gen_random_uuid(), 'ada@example.com')`
    expect([...(await first`select count(*)::int as count from public.profile`)]).toEqual([{ count: 1 }])
    expect([...(await second`select count(*)::int as count from public.profile`)]).toEqual([{ count: 0 }])
    expect([...(await second`show max_connections`)]).toEqual([{ max_connections: '7' }])
    await Promise.all([first.end(), second.end()])
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
  const client = connect(servers[0].url)
  await expect(client`select 1`).rejects.toThrow('ECONNREFUSED')
  await client.end()
})

it('refuses a connection without the password', async () => {
  const server = await startTestPostgres({ migrationsDirectory: null })
  try {
    const url = new URL(server.url)
    url.password = 'guessed'
    const client = connect(url.href)
    await expect(client`select 1`).rejects.toThrow('password authentication failed')
    await client.end()
  } finally {
    await server.stop()
  }
})
