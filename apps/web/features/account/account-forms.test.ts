import { describe, expect, it } from 'vitest'
import { createDeleteAccountParser, parseChangeEmail } from './account-forms.ts'

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

describe('parseChangeEmail', () => {
  it('accepts an address and trims it', () => {
    expect(parseChangeEmail(formOf({ email: ' new@example.com ' }))).toEqual({
      ok: true,
      data: { email: 'new@example.com' },
    })
  })

  it.each([
    [{ email: '' }, 'Enter your email address.'],
    [{}, 'Enter your email address.'],
    [{ email: 'new@example' }, 'Enter a valid email address, such as you@example.com.'],
    [{ email: 'a@b.example, c@d.example' }, 'Enter a valid email address, such as you@example.com.'],
    [{ email: `${'a'.repeat(250)}@example.com` }, 'Use at most 254 characters.'],
  ])('refuses %j', (fields, text) => {
    expect(parseChangeEmail(formOf(fields))).toEqual({ ok: false, fieldErrors: { email: [text] } })
  })
})

describe('createDeleteAccountParser', () => {
  it.each(['ada@example.com', ' ADA@example.com '])('accepts "%s"', (confirmation) => {
    expect(createDeleteAccountParser('Ada@example.com')(formOf({ confirmation })).ok).toBe(true)
  })

  it.each([{}, { confirmation: '' }, { confirmation: 'ada@example.co' }, { confirmation: 'delete my account' }])(
    'refuses %j',
    (fields: Record<string, string>) => {
      const parsed = createDeleteAccountParser('ada@example.com')(formOf(fields))
      expect(parsed).toEqual({
        ok: false,
        fieldErrors: { confirmation: [expect.stringContaining('Type ada@example.com to confirm.')] },
      })
    },
  )

  it('asks for a phrase if the account has no address, and refuses an empty confirmation', () => {
    const parse = createDeleteAccountParser('')
    expect(parse(formOf({ confirmation: 'delete my account' })).ok).toBe(true)
    expect(parse(formOf({ confirmation: '' })).ok).toBe(false)
  })
})
