import { AuthApiError } from '@supabase/supabase-js'
import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { explainAuthError } = await import('./explain-auth-error.ts')

/** Explains an error, and returns the lines that it logged. */
function explain(code: string) {
  const lines: string[] = []
  const write = (line: unknown) => lines.push(String(line)) > 0
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write))
  const state = explainAuthError(new AuthApiError('ada@example.com', 422, code))
  for (const spy of spies) spy.mockRestore()
  return { state, log: lines.map((line): unknown => JSON.parse(line)) }
}

it.each([
  ['email_exists', { fieldErrors: { email: [expect.stringContaining('already exists')] } }],
  ['weak_password', { fieldErrors: { password: [expect.any(String)] } }],
])('puts %s at the field that causes it', (code, state) => {
  expect(explain(code).state).toEqual(state)
})

it('puts an error that no field causes above the form', () => {
  expect(explain('invalid_credentials').state).toEqual({
    fieldErrors: {},
    formError: 'Wrong email address or password.',
  })
})

it('never shows the message of Supabase', () => {
  expect(explain('brand_new').state).toEqual({ fieldErrors: {}, formError: 'Something went wrong. Try again.' })
})

it.each([
  ['invalid_credentials', 'warn', 'invalid_credentials'],
  ['brand_new', 'error', 'brand_new'],
  ['ada@example.com', 'error', 'unknown'],
])('logs %s in one line, without the message', (code, level, logged) => {
  const { log } = explain(code)
  expect(log).toEqual([{ level, time: expect.any(String), event: 'auth.refused', code: logged, status: 422 }])
})
