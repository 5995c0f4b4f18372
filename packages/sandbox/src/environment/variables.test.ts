import { expect, it } from 'vitest'
import { messageOf, ownFile, realSupabase, resolve } from '../../test/environment-fixture.ts'
import type { Variables } from './variables.ts'

it.each<[string, Variables, Variables]>([
  ['SUPABASE_SECRET_KEY', { NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co' }, {}],
  ['SUPABASE_SECRET_KEY', {}, { NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321' }],
  ['SUPABASE_SECRET_KEY', { NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co' }, ownFile],
  ['NEXT_PUBLIC_SUPABASE_URL', { ...realSupabase, NEXT_PUBLIC_SUPABASE_URL: undefined }, ownFile],
  ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', {}, { ...realSupabase, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: '' }],
  ['STRIPE_SECRET_KEY', { STRIPE_API_BASE: 'http://127.0.0.1:9999' }, {}],
  ['STRIPE_SECRET_KEY', { STRIPE_API_BASE: 'http://127.0.0.1:9999' }, ownFile],
  ['STRIPE_SECRET_KEY', {}, { STRIPE_API_BASE: 'http://127.0.0.1:9999' }],
  ['STRIPE_API_BASE', { STRIPE_SECRET_KEY: 'sk_test_sandbox_2' }, {}],
  ['GITHUB_CLIENT_SECRET', { GITHUB_CLIENT_ID: 'id' }, {}],
  ['GITHUB_CLIENT_ID', {}, { GITHUB_CLIENT_SECRET: 'secret' }],
])('says that %s is required', (variable, processEnv, fileValues) => {
  expect(messageOf(processEnv, fileValues)).toMatch(new RegExp(`^${variable} is required because .+ (is|are) set\\. `))
})

it('says why a variable is required, and where to set it', () => {
  expect(messageOf({ STRIPE_API_BASE: 'http://127.0.0.1:9999' })).toBe(
    'STRIPE_SECRET_KEY is required because STRIPE_API_BASE is set. ' +
      'Set it in apps/web/.env.local, or unset STRIPE_API_BASE to use the sandbox.',
  )
  expect(messageOf({}, { ...realSupabase, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: '' })).toContain(
    'because SUPABASE_SECRET_KEY and NEXT_PUBLIC_SUPABASE_URL are set.',
  )
})

it.each(['SANDBOX_SUPABASE_PORT', 'SANDBOX_STRIPE_PORT', 'SANDBOX_GITHUB_PORT', 'PORT'])(
  'refuses a malformed %s',
  (variable) => {
    for (const value of ['65536', '-1', '80a', '1e3', ' 80']) {
      expect(messageOf({ [variable]: value })).toMatch(new RegExp(`^${variable} must be a port number`))
    }
  },
)

it('refuses port 0 for the application, because its address must be known before it listens', () => {
  expect(messageOf({ PORT: '0' })).toBe(
    'PORT must be a port number from 1 to 65535, but it is "0". Change it, or unset it to use 3000.',
  )
  expect(resolve({ SANDBOX_STRIPE_PORT: '0' }).options.ports).toMatchObject({ stripe: 0 })
})

it('never shows a secret', () => {
  const secret = 'sk_live_do_not_print'
  expect(messageOf({ STRIPE_SECRET_KEY: secret, GITHUB_CLIENT_ID: secret })).not.toContain(secret)
})
