import { describe, expect, it } from 'vitest'
import { parseSignIn, parseSignUp } from './credentials.ts'

type Fields = Record<string, string | Blob | null>

function makeForm(fields: Fields = {}): FormData {
  const form = new FormData()
  const all: Fields = { email: 'ada@example.com', password: 'correct horse', ...fields }
  for (const [name, value] of Object.entries(all)) {
    if (value instanceof Blob) form.append(name, value)
    else if (value !== null) form.append(name, value)
  }
  return form
}

describe.each([
  ['parseSignIn', parseSignIn],
  ['parseSignUp', parseSignUp],
])('%s', (_, parse) => {
  it('accepts an address and a password, and trims only the address', () => {
    expect(parse(makeForm({ email: ' ada@example.com ', password: ' correct horse ' }))).toEqual({
      ok: true,
      data: { email: 'ada@example.com', password: ' correct horse ' },
    })
  })

  it.each([
    ['', 'Enter your email address.'],
    ['   ', 'Enter your email address.'],
    [null, 'Enter your email address.'],
    [new Blob(['x']), 'Enter your email address.'],
    ['ada', 'Enter a valid email address, such as you@example.com.'],
    ['ada@', 'Enter a valid email address, such as you@example.com.'],
    ['@example.com', 'Enter a valid email address, such as you@example.com.'],
    [`${'a'.repeat(250)}@example.com`, 'Use at most 254 characters.'],
  ])('refuses the address %j: %s', (email, error) => {
    expect(parse(makeForm({ email }))).toEqual({ ok: false, fieldErrors: { email: [error] } })
  })

  it.each([null, ''])('refuses the password %j', (password) => {
    expect(parse(makeForm({ password }))).toEqual({ ok: false, fieldErrors: { password: [expect.any(String)] } })
  })
})

describe('parseSignIn', () => {
  it('accepts a password that sign-up refuses', () => {
    expect(parseSignIn(makeForm({ password: 'short' }))).toMatchObject({ ok: true })
  })
})

describe('parseSignUp', () => {
  it.each([
    ['1234567', 'Use at least 8 characters.'],
    ['x'.repeat(73), 'Use at most 72 characters.'],
    ['é'.repeat(37), 'Use at most 72 characters.'],
  ])('refuses the password %j: %s', (password, error) => {
    expect(parseSignUp(makeForm({ password }))).toEqual({ ok: false, fieldErrors: { password: [error] } })
  })
})
