import { createClient } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'

import { createKeyring, generateKey } from '../index.ts'
import { createMemoryStore } from './memory.ts'
import { createSupabaseStore } from './supabase.ts'

async function verifyWith(respond: () => Response) {
  const client = createClient('http://127.0.0.1:1', 'sb_secret_x', { global: { fetch: async () => respond() } })
  const store = createSupabaseStore({ client })
  return createKeyring({ store, prefix: 'acme', logger: { error: () => {} } }).verify(generateKey({ prefix: 'acme' }))
}

const json = (body: string, status: number) =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } })

it('keeps usage that a wrong URL did not accept, and says so', async () => {
  const lines: string[] = []
  const client = createClient('http://127.0.0.1:1', 'sb_secret_x', {
    global: { fetch: async () => new Response(null, { status: 204 }) },
  })
  const store = createSupabaseStore({ client })
  const keyring = createKeyring({
    store: { ...createMemoryStore(), recordUsage: (batch) => store.recordUsage(batch) },
    prefix: 'acme',
    logger: { error: (line) => void lines.push(line) },
  })
  const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
  await keyring.verify(key)
  await keyring.flush()
  expect(lines).toEqual([expect.stringContaining('record_api_key_usage returned nothing')])
})

describe('a response without a key', () => {
  it('means an invalid key if the function returned null', async () => {
    expect(await verifyWith(() => json('null', 200))).toMatchObject({ denial: { status: 401, code: 'invalid_key' } })
  })

  it.each<[string, () => Response]>([
    ['a 404 without a body, as from a wrong URL', () => new Response('', { status: 404 })],
    ['a 404 with an empty list', () => json('[]', 404)],
    ['a 404 with an HTML page', () => new Response('<h1>Not found</h1>', { status: 404 })],
    ['a 204', () => new Response(null, { status: 204 })],
    ['an HTML page', () => new Response('<h1>Welcome</h1>', { status: 200 })],
    ['an error of the gateway', () => json('{"message": "bad gateway"}', 502)],
  ])('means 503 if it is %s', async (_name, respond) => {
    expect(await verifyWith(respond)).toMatchObject({ denial: { status: 503, code: 'store_unavailable' } })
  })
})
