import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Sandbox, startSandbox } from '@routekey/sandbox'
import { type SupabaseClient, createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { main } from '../../../src/cli/main.ts'
import { createKeyring } from '../../../src/index.ts'
import { createSupabaseLimiter, createSupabaseStore } from '../../../src/stores/supabase.ts'
import { limiterContract } from '../../limiter-contract.ts'
import { generateSql } from '../../../src/sql/generate-sql.ts'
import { storeContract } from '../../store-contract/store-contract.ts'

let directory: string
let sandbox: Sandbox

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routekey-supabase-'))
  const migrationsDirectory = join(directory, 'migrations')
  await mkdir(migrationsDirectory)
  await writeFile(join(migrationsDirectory, '20270101000000_api_key.sql'), generateSql({ supabase: true }))
  sandbox = await startSandbox({
    dir: directory,
    ports: { supabase: 0 },
    migrationsDirectory,
    stripe: false,
    github: false,
  })
})

afterAll(async () => {
  await sandbox.stop()
  await rm(directory, { recursive: true })
})

function connect(role: 'publishableKey' | 'secretKey'): SupabaseClient {
  const { supabase } = sandbox
  return createClient(supabase!.url, supabase![role], { auth: { persistSession: false } })
}

storeContract('Supabase', async () => createSupabaseStore({ client: connect('secretKey') }))
limiterContract('Supabase', async (points = 1000) => createSupabaseLimiter({ client: connect('secretKey'), points }))

it('looks a key up and counts its limits in one call', async () => {
  const calls: string[] = []
  const { url, secretKey } = sandbox.supabase!
  const client = createClient(url, secretKey, {
    auth: { persistSession: false },
    global: {
      fetch: async (input, init) => {
        calls.push(new URL(input instanceof Request ? input.url : input).pathname)
        return fetch(input, init)
      },
    },
  })
  const [store, limiter] = [createSupabaseStore({ client }), createSupabaseLimiter({ client })]
  const keyring = createKeyring({ store, limiter, prefix: 'acme', usage: false, timeoutMs: 60_000 })
  const limits = [1, 2].map((number) => ({ name: `limit-${number}`, quota: 10 * number, windowSeconds: 2_000_000 }))
  const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
  calls.length = 0
  expect(await keyring.verify(key, { cost: 3 })).toMatchObject({
    ok: true,
    limits: [{ remaining: 7 }, { remaining: 17 }],
  })
  expect(await keyring.verify(key, { cost: 8 })).toMatchObject({ ok: false, denial: { code: 'rate_limited' } })
  expect(calls).toEqual(['/rest/v1/rpc/use_api_key', '/rest/v1/rpc/use_api_key'])
})

it('answers 503, not 401, when the Data API is down or refuses the client', async () => {
  const { url, publishableKey } = sandbox.supabase!
  const { key } = await createKeyring({
    store: createSupabaseStore({ client: connect('secretKey') }),
    prefix: 'acme',
  }).create({ owner: 'ada', name: 'CI' })
  const logger = { error: () => {} }
  for (const client of [createClient('http://127.0.0.1:1', 'x'), createClient(url, publishableKey)]) {
    const keyring = createKeyring({ store: createSupabaseStore({ client }), prefix: 'acme', logger })
    expect(await keyring.verify(key)).toMatchObject({ ok: false, denial: { status: 503, code: 'store_unavailable' } })
  }
})

it('the command line manages keys with the secret key of Supabase', async () => {
  const { url, secretKey } = sandbox.supabase!
  let printed = ''
  const exitCode = await main(['keys', 'create', '--prefix', 'acme', '--owner', 'ada', '--name', 'CI'], {
    cwd: directory,
    env: { NEXT_PUBLIC_SUPABASE_URL: url, SUPABASE_SECRET_KEY: secretKey },
    print: (text) => (printed += text),
    say: () => {},
  })
  expect(exitCode).toBe(0)
  const keyring = createKeyring({ store: createSupabaseStore({ client: connect('secretKey') }), prefix: 'acme' })
  expect(await keyring.verify(printed.trim())).toMatchObject({ ok: true, record: { owner: 'ada' } })
  await keyring.close()
})
