import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Sandbox, startSandbox } from '@routekey/sandbox'
import { type SupabaseClient, createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { main } from '../../../src/cli/main.ts'
import { createKeyring } from '../../../src/index.ts'
import { createSupabaseStore } from '../../../src/stores/supabase.ts'
import { storeContract } from '../../store-contract/store-contract.ts'

let directory: string
let sandbox: Sandbox

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routekey-supabase-'))
  sandbox = await startSandbox({ dir: directory, ports: { supabase: 0 }, stripe: false, github: false })
})

afterAll(async () => {
  await sandbox.stop()
  await rm(directory, { recursive: true })
})

function connect(role: 'publishableKey' | 'secretKey'): SupabaseClient {
  const { supabase } = sandbox
  return createClient(supabase!.url, supabase![role], { auth: { persistSession: false } })
}

async function signUp(email: string): Promise<{ client: SupabaseClient; id: string }> {
  const client = connect('publishableKey')
  const { data, error } = await client.auth.signUp({ email, password: 'correct horse battery staple' })
  expect(error).toBeNull()
  return { client, id: data.user!.id }
}

storeContract('Supabase', async () => createSupabaseStore({ client: connect('secretKey') }))

it('an owner sees their own keys, usage and audit trail through supabase-js, and never a hash', async () => {
  const [ada, eve] = await Promise.all([signUp('ada@example.com'), signUp('eve@example.com')])
  const keyring = createKeyring({ store: createSupabaseStore({ client: connect('secretKey') }), prefix: 'acme' })
  const { key, record } = await keyring.create({ owner: ada.id, name: 'CI', scopes: ['reports:read'] })
  expect((await keyring.verify(key)).ok).toBe(true)
  await keyring.flush()

  const own = await ada.client.from('api_key').select()
  expect(own.data).toMatchObject([{ id: record.id, name: 'CI', scopes: ['reports:read'], start: record.start }])
  expect((await ada.client.from('api_key_usage').select('allowed, refused')).data).toEqual([{ allowed: 1, refused: 0 }])
  expect((await ada.client.from('api_key_audit').select('action, actor')).data).toEqual([
    { action: 'created', actor: ada.id },
  ])
  for (const table of ['api_key', 'api_key_usage', 'api_key_audit']) {
    expect((await eve.client.from(table).select()).data).toEqual([])
    expect((await connect('publishableKey').from(table).select()).error).not.toBeNull()
  }
  for (const client of [ada.client, eve.client, connect('publishableKey')]) {
    expect((await client.from('api_key_secret').select()).error).not.toBeNull()
    expect(
      (
        await client
          .from('api_key')
          .update({ scopes: ['*'] })
          .eq('id', record.id)
          .select()
      ).error,
    ).not.toBeNull()
    expect((await client.rpc('get_api_key', { input: { id: record.id } })).error).not.toBeNull()
  }
  expect(await keyring.get(record.id)).toMatchObject({ scopes: ['reports:read'] })
})

it('the keys of a user whose profile is deleted stop to work', async () => {
  const bob = await signUp('bob@example.com')
  const admin = connect('secretKey')
  const keyring = createKeyring({ store: createSupabaseStore({ client: admin }), prefix: 'acme' })
  const { key } = await keyring.create({ owner: bob.id, name: 'CI' })
  expect((await admin.from('profile').delete().eq('id', bob.id)).error).toBeNull()
  expect(await keyring.verify(key)).toEqual({ ok: false, denial: { status: 401, code: 'invalid_key' } })
})

it('an API that is down or refuses is a 503, not a 401', async () => {
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
