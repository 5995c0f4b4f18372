import { CliError } from '@routekey/command-line'
import { describe, expect, it } from 'vitest'
import { resolveConnections } from './resolve-connections.ts'

const fileValues = {
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  SUPABASE_SECRET_KEY: 'sb_secret_file',
  STRIPE_SECRET_KEY: 'sk_test_file',
  STRIPE_API_BASE: 'http://127.0.0.1:12111',
}

describe('resolveConnections', () => {
  it('uses the file if the environment sets nothing', () => {
    expect(resolveConnections({ processEnv: { STRIPE_API_BASE: '' }, fileValues })).toEqual({
      supabase: { url: 'http://127.0.0.1:54321/', secretKey: 'sb_secret_file' },
      stripe: { secretKey: 'sk_test_file', apiBase: new URL('http://127.0.0.1:12111') },
    })
  })

  it('never sends a key from the environment to an address from the file', () => {
    const { stripe } = resolveConnections({ processEnv: { STRIPE_SECRET_KEY: 'sk_live_env' }, fileValues })
    expect(stripe).toEqual({ secretKey: 'sk_live_env', apiBase: null })
    const processEnv = { SUPABASE_SECRET_KEY: 'sb_secret_env' }
    expect(() => resolveConnections({ processEnv, fileValues })).toThrow('NEXT_PUBLIC_SUPABASE_URL is missing')
  })

  it.each([
    ['NEXT_PUBLIC_SUPABASE_URL', ''],
    ['NEXT_PUBLIC_SUPABASE_URL', 'file:///etc/passwd'],
    ['SUPABASE_SECRET_KEY', ''],
    ['STRIPE_SECRET_KEY', ''],
    ['STRIPE_API_BASE', 'not an address'],
  ])('names %s if it is %j', (name, value) => {
    const resolve = () => resolveConnections({ processEnv: {}, fileValues: { ...fileValues, [name]: value } })
    expect(resolve).toThrow(CliError)
    expect(resolve).toThrow(name)
    expect(resolve).not.toThrow('not an address')
  })
})
