import { describe, expect, it } from 'vitest'
import { signInSchema, signUpSchema } from './credentials.ts'

const valid = { email: 'ada@example.com', password: 'correct horse' }

describe.each([
  ['signInSchema', signInSchema],
  ['signUpSchema', signUpSchema],
])('%s', (_, schema) => {
  it('accepts an address and a password, and trims the address only', () => {
    expect(schema.parse({ email: ' ada@example.com ', password: ' correct horse ' })).toEqual({
      email: 'ada@example.com',
      password: ' correct horse ',
    })
  })

  it.each(['', '   ', 'ada', 'ada@', '@example.com', `${'a'.repeat(250)}@example.com`, null, new Blob(['x'])])(
    'refuses the address %j',
    (email) => {
      const result = schema.safeParse({ ...valid, email })
      expect(result.error?.issues.map(({ path }) => path)).toEqual([['email']])
    },
  )
})

describe('signInSchema', () => {
  it('accepts a password that sign-up would refuse today', () => {
    expect(signInSchema.safeParse({ ...valid, password: 'short' }).success).toBe(true)
  })
})

describe('signUpSchema', () => {
  it.each(['', '1234567', 'x'.repeat(73), 'é'.repeat(37)])('refuses the password %j', (password) => {
    const result = signUpSchema.safeParse({ ...valid, password })
    expect(result.error?.issues.map(({ path }) => path)).toEqual([['password']])
  })
})
