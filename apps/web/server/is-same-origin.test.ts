import { expect, it } from 'vitest'
import { isSameOrigin } from './is-same-origin.ts'

const host = 'app.example.com'
const own = 'http://app.example.com'

it.each([
  [{ 'sec-fetch-site': 'same-origin' }],
  // A form on a page with `Referrer-Policy: no-referrer` sends this origin.
  [{ 'sec-fetch-site': 'same-origin', origin: 'null' }],
  [{ origin: own }],
  [{ referer: `${own}/login` }],
])('accepts %j', (headers) => {
  expect(isSameOrigin(new Headers({ host, ...headers }))).toBe(true)
})

it.each([
  [{}],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'none' }],
  [{ 'sec-fetch-site': 'cross-site', origin: own }],
  [{ origin: 'null' }],
  [{ origin: 'null', referer: `${own}/login` }],
  [{ origin: 'https://app.example.com' }],
  [{ origin: 'http://app.example.com.attacker.example' }],
  [{ origin: 'http://attacker.example', referer: own }],
  [{ referer: 'http://attacker.example/app.example.com' }],
])('refuses %j', (headers) => {
  expect(isSameOrigin(new Headers({ host, ...headers }))).toBe(false)
})
