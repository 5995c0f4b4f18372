import { AuthApiError } from '@supabase/supabase-js'
import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { explainAuthError } = await import('./explain-auth-error.ts')

const explain = (code: string) => explainAuthError(new AuthApiError('for developers', 422, code))

it('puts an error at the field that causes it', () => {
  expect(explain('email_exists')).toEqual({ fieldErrors: { email: [expect.stringContaining('already exists')] } })
  expect(explain('weak_password')).toEqual({ fieldErrors: { password: [expect.any(String)] } })
})

it('puts an error that no field causes above the form', () => {
  expect(explain('invalid_credentials')).toEqual({ fieldErrors: {}, formError: 'Wrong email address or password.' })
})

it('logs an unknown code, and never shows the message of Supabase', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(explain('brand_new')).toEqual({ fieldErrors: {}, formError: 'Something went wrong. Try again.' })
  const line = String(write.mock.lastCall?.[0])
  write.mockRestore()
  expect(JSON.parse(line)).toMatchObject({ event: 'auth.refused', code: 'brand_new', status: 422 })
})
