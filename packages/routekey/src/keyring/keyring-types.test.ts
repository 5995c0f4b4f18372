import type { after } from 'next/server.js'
import { describe, expect, expectTypeOf, it } from 'vitest'

import {
  type GrantedScope,
  type KeyCaller,
  type KeyRecord,
  type Keyring,
  type KeyringOptions,
  type SecretCaller,
  type TooManyKeys,
  type UsageOptions,
  anyOf,
  createKeyring,
  envSecret,
} from '../index.ts'
import { withKey } from '../adapters/next/index.ts'
import { createMemoryStore } from '../stores/memory.ts'

const store = createMemoryStore()
const keyring = createKeyring({ store, prefix: 'acme', scopes: ['reports:read', 'reports:write', 'users:read'] })

describe('types', () => {
  it('take the scopes of the keyring as a union, without `as const`', () => {
    expectTypeOf(keyring).toEqualTypeOf<Keyring<'reports:read' | 'reports:write' | 'users:read'>>()
    keyring.verifier({ scopes: ['reports:read'] })
    keyring.verifier({ scopes: { any: ['reports:read', 'users:read'] } })
    // @ts-expect-error -- a mistyped scope
    expect(() => keyring.verifier({ scopes: ['report:read'] })).toThrow('ERR_KEY_SCOPE')
    // @ts-expect-error -- a wildcard can be granted, but not required
    expect(() => keyring.verifier({ scopes: ['reports:*'] })).toThrow('ERR_KEY_SCOPE')
  })

  it('allow only wildcards that cover a scope of the keyring', async () => {
    expectTypeOf<GrantedScope<'reports:read' | 'a:b:c'>>().toEqualTypeOf<
      'reports:read' | 'a:b:c' | '*' | 'reports:*' | 'a:*' | 'a:b:*'
    >()
    const { record } = await keyring.create({ owner: 'ada', name: 'CI', scopes: ['reports:*', 'users:read'] })
    expectTypeOf(record).toEqualTypeOf<KeyRecord>()
    // @ts-expect-error -- the keyring has no scope below it
    await expect(keyring.create({ owner: 'ada', name: 'CI', scopes: ['billing:*'] })).rejects.toThrow('ERR_KEY_SCOPE')
  })

  it('take any scope if the keyring lists none', () => {
    const open = createKeyring({ store, prefix: 'acme' })
    expectTypeOf(open).toEqualTypeOf<Keyring>()
    expect(open.verifier({ scopes: ['anything:else'], from: ['apikey'] }).from).toEqual(['apikey'])
  })

  it('let create return a refusal only with maximumKeysPerOwner', async () => {
    const limited = createKeyring({ store, prefix: 'acme', maximumKeysPerOwner: 1 })
    expectTypeOf(limited).toEqualTypeOf<Keyring<string, TooManyKeys>>()
    const created = await limited.create({ owner: 'limited', name: 'CI' })
    // @ts-expect-error -- the key is there only once the result is known to be good
    expect(created.key).toBeTypeOf('string')
    if (created.ok) expectTypeOf(created.key).toEqualTypeOf<string>()
    else expectTypeOf(created).toEqualTypeOf<TooManyKeys>()
    // Options that may have a maximum count as options that have one.
    const options: KeyringOptions = { store, prefix: 'acme' }
    expectTypeOf(createKeyring(options)).toEqualTypeOf<Keyring<string, TooManyKeys>>()
  })

  it('narrow the caller by its verifier', () => {
    withKey(keyring.verifier(), (_request, { caller }) => {
      expectTypeOf(caller).toEqualTypeOf<KeyCaller>()
      return Response.json(caller.owner)
    })
    const both = withKey(anyOf(envSecret('CRON_SECRET', { env: {} }), keyring.verifier()), (_request, { caller }) => {
      expectTypeOf(caller).toEqualTypeOf<SecretCaller | KeyCaller>()
      if (caller.kind === 'key') expectTypeOf(caller.scopes).toEqualTypeOf<readonly string[]>()
      else expectTypeOf(caller.variable).toEqualTypeOf<string>()
      return Response.json(null)
    })
    expect(both).toBeTypeOf('function')
  })

  it('distinguish a verified key from a refused one', async () => {
    const result = await keyring.verify('')
    expectTypeOf(result.ok).toEqualTypeOf<boolean>()
    if (result.ok) expectTypeOf(result.record).toEqualTypeOf<KeyRecord>()
    else expectTypeOf(result.denial.status).toEqualTypeOf<400 | 401 | 403 | 413 | 429 | 503>()
    expect(result.ok).toBe(false)
  })

  it('take the `after` of Next.js as it is', () => {
    expectTypeOf<typeof after>().toExtend<NonNullable<UsageOptions['after']>>()
    expect(() => createKeyring({ store, prefix: 'acme', usage: { after: () => {} } })).not.toThrow()
  })
})
