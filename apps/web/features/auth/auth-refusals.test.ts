import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { authUnavailable, explainQueryError, findRefusal, loggedCode, nameRefusal } from './auth-refusals.ts'

/** The codes of Supabase Auth, from the source of its client. */
async function readDocumentedCodes(): Promise<string[]> {
  const client = createRequire(import.meta.url).resolve('@supabase/supabase-js')
  const entry = createRequire(client).resolve('@supabase/auth-js')
  const source = await readFile(join(dirname(entry), '../../src/lib/error-codes.ts'), 'utf8')
  return Array.from(source.matchAll(/^ {2}\| '(\w+)'$/gm), ([, code = '']) => code)
}

it('explains each documented code on the sign-in page, and blames a link or the visitor for none by default', async () => {
  const codes = await readDocumentedCodes()
  expect(codes.length).toBeGreaterThan(80)
  const answers = codes.map((code) => ({ code, text: explainQueryError(nameRefusal(code)) }))
  expect(answers.filter(({ text }) => text === undefined)).toEqual([])
  const byDefault = answers.filter(({ code }) => nameRefusal(code) === 'failed')
  expect(byDefault.filter(({ text = '' }) => /link|authorize|expired|used/.test(text))).toEqual([])
})

it.each([
  ['user_banned', /suspended/],
  ['provider_email_needs_verification', /not verified/],
  ['no_email', /no email address/],
  ['otp_expired', /expired or was already used/],
  ['bad_code_verifier', /another browser/],
  ['request_timeout', authUnavailable],
  ['unexpected_failure', /did not work/],
  ['brand_new', /did not work/],
  // About a field of a form, which the sign-in page does not show after a redirect.
  ['validation_failed', /did not work/],
])('explains %s', (code, text) => {
  expect(explainQueryError(nameRefusal(code))).toMatch(text)
})

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', '', ' denied', 'DENIED', '\0'])(
  'explains %j, which anyone can put into the address, as a sign-in that did not work',
  (value) => {
    expect(explainQueryError(value)).toMatch(/did not work/)
    expect([findRefusal(value), nameRefusal(value)]).toEqual([undefined, 'failed'])
  },
)

it('accepts a parameter that is repeated or missing', () => {
  expect(explainQueryError(['denied', 'session'])).toMatch(/did not work/)
  expect(explainQueryError(undefined)).toBeUndefined()
})

it.each([
  ['otp_expired', 'otp_expired'],
  ['ada@example.com', 'unknown'],
  ['a\nb', 'unknown'],
  ['x'.repeat(51), 'unknown'],
  ['', 'unknown'],
  [null, 'unknown'],
  [undefined, 'unknown'],
])('logs the code %j as %s', (code, logged) => {
  expect(loggedCode(code)).toBe(logged)
})
