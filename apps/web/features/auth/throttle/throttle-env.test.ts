import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { throttleEnv } = await import('./throttle-env.ts')

it('has defaults, also for an empty variable', () => {
  expect(throttleEnv({ SIGN_IN_QUOTA_PER_ADDRESS: '' })).toMatchObject({
    address: { points: 50, windowSeconds: 900 },
    browser: { points: 10, windowSeconds: 900 },
    account: { points: 100, windowSeconds: 3600 },
  })
})

it('reads a number', () => {
  expect(throttleEnv({ SIGN_IN_QUOTA_PER_BROWSER: '3' }).browser.points).toBe(3)
})

it.each(['0', '-1', '1.5', 'many', '1e9', 'NaN'])('refuses %j', (value) => {
  expect(() => throttleEnv({ MAIL_QUOTA_PER_ADDRESS: value })).toThrow(/MAIL_QUOTA_PER_ADDRESS must be/)
})
