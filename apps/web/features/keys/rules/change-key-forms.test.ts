import { describe, expect, it } from 'vitest'
import { parseRenameKey, parseRotateKey } from './change-key-forms.ts'

function makeForm(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

describe('parseRenameKey', () => {
  it('trims the name', () => {
    expect(parseRenameKey(makeForm({ name: ' Staging ' }))).toEqual({ ok: true, data: { name: 'Staging' } })
  })

  it.each([{}, { name: '' }, { name: 'x'.repeat(101) }, { name: 'a\u0000b' }])('refuses %j', (fields) => {
    expect(parseRenameKey(makeForm(fields))).toEqual({ ok: false, fieldErrors: { name: [expect.any(String)] } })
  })
})

describe('parseRotateKey', () => {
  it.each([
    ['86400', 86_400],
    ['3600', 3600],
    ['604800', 604_800],
  ])('accepts a grace period of %s seconds', (grace, seconds) => {
    expect(parseRotateKey(makeForm({ grace }))).toEqual({ ok: true, data: { grace: seconds } })
  })

  it('ends the old key now, also with a period', () => {
    expect(parseRotateKey(makeForm({ grace: '604800', endsNow: 'on' }))).toEqual({ ok: true, data: { grace: 0 } })
  })

  it('refuses another value for the end', () => {
    expect(parseRotateKey(makeForm({ grace: '3600', endsNow: 'x' }))).toMatchObject({ ok: false })
  })

  it.each([{}, { grace: '' }, { grace: '0' }, { grace: '1' }, { grace: '-3600' }, { grace: '3600.0' }])(
    'refuses %j',
    (fields) => {
      expect(parseRotateKey(makeForm(fields))).toEqual({ ok: false, fieldErrors: { grace: [expect.any(String)] } })
    },
  )
})
