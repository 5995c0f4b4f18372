import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'

import { generateWebhookSecret } from './index.ts'

it('generates a secret of 32 bytes that the reference library accepts', () => {
  const secret = generateWebhookSecret()
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(secret).not.toBe(generateWebhookSecret())
  expect(() => new Webhook(secret)).not.toThrow()
  expect(generateWebhookSecret({ randomBytes: (size) => new Uint8Array(size).fill(255) })).toBe(
    `whsec_${'/'.repeat(42)}8=`,
  )
})
