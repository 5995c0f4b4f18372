import { describe, expect, it } from 'vitest'

import { anyOf, authenticate, envSecret } from '../../index.ts'
import { request, setUp } from '../../../test/keyring-fixture.ts'

describe('the verifier', () => {
  it('passes the caller to the handler', async () => {
    const { keyring, make } = setUp()
    const { key, record } = await make({ scopes: ['a'], metadata: { plan: 'pro' } })
    expect(await authenticate(request(key), keyring.verifier({ scopes: ['a'] }))).toEqual({
      ok: true,
      caller: {
        kind: 'key',
        keyId: record.id,
        owner: 'ada',
        name: 'CI',
        scopes: ['a'],
        metadata: { plan: 'pro' },
        generation: 'current',
        limits: [],
      },
      headers: { 'cache-control': 'private', vary: 'authorization, x-api-key' },
    })
  })

  it('distinguishes a missing key and two keys from an invalid key', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const code = async (incoming: Request) => {
      const result = await authenticate(incoming, keyring.verifier())
      return result.ok ? 'ok' : result.denial.code
    }
    expect(await code(new Request('http://localhost/'))).toBe('missing_key')
    expect(await code(request(key, { 'x-api-key': key }))).toBe('ambiguous_key')
    expect(await code(new Request('http://localhost/', { headers: { authorization: 'Basic abc' } }))).toBe(
      'missing_key',
    )
    expect(await code(new Request(`http://localhost/?key=${key}`))).toBe('missing_key')
    expect(await code(request('é'))).toBe('invalid_key')
  })

  it('works in anyOf beside a secret of the environment', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const secret = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    const verifier = anyOf(envSecret('CRON_SECRET', { env: { CRON_SECRET: secret } }), keyring.verifier())
    expect(await authenticate(request(key), verifier)).toMatchObject({ ok: true, caller: { kind: 'key' } })
    expect(await authenticate(request(secret), verifier)).toMatchObject({ ok: true, caller: { kind: 'secret' } })
  })
})
