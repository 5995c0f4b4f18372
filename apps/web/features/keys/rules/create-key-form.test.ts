import { describe, expect, it } from 'vitest'
import { parseCreateKey, toKeyOptions } from './create-key-form.ts'

const dayMs = 86_400_000
const dayFromNow = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

/** A valid form with changes; null removes a field. */
function makeForm(changes: Record<string, string | string[] | null> = {}): FormData {
  const fields = { name: 'CI', scopes: ['account:read'], expiry: 'never', expiresOn: '', window: 'none', quota: '1000' }
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...changes }))
    for (const one of value === null ? [] : [value].flat()) form.append(name, one)
  return form
}

function parse(changes: Parameters<typeof makeForm>[0]) {
  const parsed = parseCreateKey(makeForm(changes))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fieldErrors))
  return parsed.data
}

describe('parseCreateKey', () => {
  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a missing name', { name: null }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['a name with a line break', { name: 'CI\nroot' }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a wildcard', { scopes: ['*'] }, 'scopes'],
    ['an unknown scope', { scopes: ['account:read', 'account:write'] }, 'scopes'],
    ['101 scopes', { scopes: Array.from({ length: 101 }, () => 'account:read') }, 'scopes'],
    ['no expiry', { expiry: null }, 'expiry'],
    ['an unknown expiry', { expiry: '100000' }, 'expiry'],
    ['no date', { expiry: 'date', expiresOn: null }, 'expiresOn'],
    ['an empty date', { expiry: 'date' }, 'expiresOn'],
    ['an impossible date', { expiry: 'date', expiresOn: '2027-02-30' }, 'expiresOn'],
    ['yesterday', { expiry: 'date', expiresOn: dayFromNow(-1) }, 'expiresOn'],
    ['a date too far ahead', { expiry: 'date', expiresOn: dayFromNow(4000) }, 'expiresOn'],
    ['an unknown window', { window: 'week' }, 'window'],
    ['no number', { window: 'hour', quota: '' }, 'quota'],
    ['zero', { window: 'hour', quota: '0' }, 'quota'],
    ['a negative number', { window: 'hour', quota: '-1' }, 'quota'],
    ['a fraction', { window: 'hour', quota: '1.5' }, 'quota'],
    ['an exponent', { window: 'hour', quota: '1e3' }, 'quota'],
    ['a number over the maximum', { window: 'hour', quota: '1000001' }, 'quota'],
  ])('refuses %s, at its field', (_, changes, field) => {
    const parsed = parseCreateKey(makeForm(changes))
    expect(parsed).toEqual({ ok: false, fieldErrors: { [field]: [expect.any(String)] } })
  })

  it('reports all errors at once', () => {
    const parsed = parseCreateKey(makeForm({ name: '', scopes: [], expiry: 'date', window: 'day', quota: 'many' }))
    expect(parsed.ok ? [] : Object.keys(parsed.fieldErrors)).toEqual(['name', 'scopes', 'expiresOn', 'quota'])
  })

  it('ignores a date and a number that are not needed', () => {
    expect(parse({ expiresOn: 'never', quota: 'many' })).toMatchObject({ expiry: 'never', window: 'none' })
  })
})

describe('toKeyOptions', () => {
  const now = new Date('2026-03-01T12:00:00Z')

  it('trims the name, and sets no limit and no expiry by default', () => {
    const options = { name: 'CI', scopes: ['account:read'], expiresAt: null, limits: [] }
    expect(toKeyOptions(parse({ name: ' CI ' }), now)).toEqual(options)
  })

  it('counts the days from now', () => {
    expect(toKeyOptions(parse({ expiry: '7' }), now).expiresAt).toEqual(new Date('2026-03-08T12:00:00Z'))
    expect(toKeyOptions(parse({ expiry: '365' }), now).expiresAt).toEqual(new Date('2027-03-01T12:00:00Z'))
  })

  it('lets a key work until the end of its last day, even if that is today', () => {
    const today = dayFromNow(0)
    const { expiresAt } = toKeyOptions(parse({ expiry: 'date', expiresOn: today }), now)
    expect(expiresAt).toEqual(new Date(Date.parse(today) + dayMs))
  })

  it.each([
    ['minute', 60],
    ['hour', 3600],
    ['day', 86_400],
  ])('creates a limit per %s', (window, windowSeconds) => {
    const { limits } = toKeyOptions(parse({ window, quota: '1000000' }), now)
    expect(limits).toEqual([{ name: window, quota: 1_000_000, windowSeconds }])
  })
})
