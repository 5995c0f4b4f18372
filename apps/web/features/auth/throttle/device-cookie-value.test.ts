import { expect, it } from 'vitest'
import { addAccount, formatDeviceCookie, parseDeviceCookie } from './device-cookie-value.ts'

const id = 'i'.repeat(22)
const account = (letter: string) => letter.repeat(43)

it('parses what it formats', () => {
  const device = { id, accounts: [account('a'), account('b')] }
  expect(parseDeviceCookie(formatDeviceCookie(device))).toEqual(device)
})

it.each([
  '',
  id,
  `${id}.`,
  `${id}.${'a'.repeat(42)}`,
  `${id}.${account('a')}.`,
  `${id}.${'é'.repeat(43)}`,
  `${id}x.${account('a')}`,
  `${id}.${account('a')}\n`,
  [id, ...'abcdef'.split('').map(account)].join('.'),
])('refuses %j', (value) => {
  expect(parseDeviceCookie(value)).toBeNull()
})

it('keeps each account once, and the newest five', () => {
  let device = { id, accounts: [] as readonly string[] }
  for (const letter of ['a', 'b', 'c', 'a', 'd', 'e', 'f']) device = addAccount(device, account(letter))
  expect(device.accounts).toEqual(['c', 'a', 'd', 'e', 'f'].map(account))
})
