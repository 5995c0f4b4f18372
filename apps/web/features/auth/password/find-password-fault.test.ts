import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { findPasswordFault } = await import('./find-password-fault.ts')

const find = (password: string, email = 'grace.hopper@example.com') => findPasswordFault(password, email)

it.each(['password', '12345678', 'PASSWORD', 'Password1', 'qwertyuiop', 'iloveyou', 'aaaaaaaaaa', 'abababab'])(
  'refuses %j',
  async (password) => {
    expect(await find(password)).toContain('most common')
  },
)

it('refuses the 3,000 most common passwords that are long enough for the form', async () => {
  const long = dictionary['passwords-common'].filter((password) => password.length >= 8)
  expect(long.length).toBeGreaterThan(10_000)
  const accepted: string[] = []
  for (const password of long.slice(0, 3000)) if ((await find(password)) === null) accepted.push(password)
  expect(accepted).toEqual([])
})

it.each([
  ['routekey-2026', 'ada@example.com'],
  ['MyRouteKey!x', 'ada@example.com'],
  ['grace.hopper', 'grace.hopper@example.com'],
  ['xx-HOPPER-99', 'grace.hopper@example.com'],
  ['xx-grace-99', 'grace+shop@example.com'],
])('refuses %j for %s', async (password, email) => {
  expect(await find(password, email)).toContain('your email address or the name of this product')
})

it.each([
  ['correct horse battery staple', 'ada@example.com'],
  // A local part of three letters is in many passwords by chance.
  ['canada goose lake', 'ada@example.com'],
  ['Tr0ub4dor&3-xkcd', '@example.com'],
  ['пароль-который-длинный', 'ada@example.com'],
])('accepts %j for %s', async (password, email) => {
  expect(await find(password, email)).toBeNull()
})
