import { generateKey } from 'routekey'
import { describe, expect, it } from 'vitest'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'
import { checkUserKey } from './check-user-key.ts'

const key = generateKey({ prefix: userKeyPrefix })

describe('checkUserKey', () => {
  it('lets a key of a user through', () => {
    expect(checkUserKey(key)).toBeNull()
  })

  it.each([
    ['a route’s secret in hexadecimal', '0123456789abcdef'.repeat(4)],
    ['a route’s secret as the command line makes it', generateKey({ prefix: 'rk' })],
    ['a key of another prefix', generateKey({ prefix: 'rk_users' })],
    ['a key of Stripe’s', `sk_test_${'a1'.repeat(20)}`],
    ['a key with its header', `Bearer ${key}`],
    ['a key in capitals', key.toUpperCase()],
    ['a word', 'hello'],
  ])('refuses %s as foreign, without repeating it', (_name, text) => {
    const refusal = checkUserKey(text)
    expect(refusal).toMatchObject({ isForeign: true, problem: expect.stringContaining('Never paste API_ROUTE_SECRET') })
    expect(refusal?.problem).not.toContain(text)
  })

  it.each([
    ['cut short', key.slice(0, -1)],
    ['with a character changed', `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['with more after it', `${key}\n`],
    ['of a longer prefix', generateKey({ prefix: 'rk_user_live' })],
    ['that is a prefix alone', `${userKeyPrefix}_`],
  ])('refuses a key %s as mistyped', (_name, text) => {
    expect(checkUserKey(text)).toMatchObject({ isForeign: false, problem: expect.stringContaining('mistyped') })
  })
})
