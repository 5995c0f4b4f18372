import { expect, it } from 'vitest'
import { describeSandbox } from './describe-sandbox.ts'

const supabase = {
  url: 'http://127.0.0.1:54321',
  publishableKey: 'sb_publishable_sandbox_1',
  secretKey: 'sb_secret_sandbox_1',
  mailDirectory: '/somewhere/.sandbox/mail',
}
const stripe = { url: 'http://127.0.0.1:12111', secretKey: 'sk_test_sandbox_1', webhookSecret: 'whsec_sandbox_1' }

it('shows the address of each part, and no secret', () => {
  expect(describeSandbox({ supabase, stripe, github: { url: 'http://127.0.0.1:4001' } })).toBe(
    [
      'Supabase  http://127.0.0.1:54321',
      'Stripe    http://127.0.0.1:12111 (open it to see the customers)',
      'GitHub    http://127.0.0.1:4001',
      'E-mail    http://127.0.0.1:54321/mail (open it to confirm an address)',
    ].join('\n'),
  )
})

it('says which parts were not started', () => {
  const text = describeSandbox({ supabase: null, stripe: null, github: null })
  expect(text).toContain('Stripe    not started, because another one is configured')
  expect(text).toContain('E-mail    sent by Supabase')
})
