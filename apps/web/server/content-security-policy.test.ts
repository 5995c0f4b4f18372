import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from './content-security-policy.ts'

describe('contentSecurityPolicy', () => {
  it('allows nothing unsafe in production', () => {
    expect(contentSecurityPolicy({ development: false })).not.toContain('unsafe')
  })

  it('has a new nonce of 128 bits each time', () => {
    const nonces = Array.from(
      { length: 100 },
      () => /script-src [^;]*'nonce-([^']+)'/.exec(contentSecurityPolicy({ development: false }))?.[1] ?? '',
    )
    expect(new Set(nonces).size).toBe(100)
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
  })

  it('lets React evaluate code in development only', () => {
    expect(contentSecurityPolicy({ development: true })).toContain("'unsafe-eval'")
  })
})
