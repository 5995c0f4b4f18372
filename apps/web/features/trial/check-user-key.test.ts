import { generateKey } from 'routekey'
import { describe, expect, it } from 'vitest'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'
import { checkUserKey } from './check-user-key.ts'

const key = generateKey({ prefix: userKeyPrefix })

describe('checkUserKey', () => {
  it('accepts a key of a user', () => {
    expect(checkUserKey(key)).toBeNull()
  })

  it.each([
    ['a route secret in hexadecimal', '0123456789abcdef'.repeat(4)],
    ['a route secret of the command line', generateKey({ prefix: 'rk' })],
    ['a key with another prefix', generateKey({ prefix: 'rk_users' })],
    ['a Stripe key', `sk_test_${'a1'.repeat(20)}`],
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
    ['with a trailing line break', `${key}\n`],
    ['with a longer prefix', generateKey({ prefix: 'rk_user_live' })],
    ['that is only a prefix', `${userKeyPrefix}_`],
  ])('refuses a key %s as mistyped', (_name, text) => {
    expect(checkUserKey(text)).toMatchObject({ isForeign: false, problem: expect.stringContaining('mistyped') })
  })
})
