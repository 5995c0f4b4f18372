import { describe, expect, it } from 'vitest'
import { parseCreateKey, toKeyOptions } from './create-key-form.ts'

const dayMs = 86_400_000
const dayFromNow = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

/** A form that is right, but for what is given; null takes a field away. */
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
    ['no field for the name', { name: null }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['a name that forges a line', { name: 'CI\nroot' }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a wildcard', { scopes: ['*'] }, 'scopes'],
    ['a scope that is not', { scopes: ['account:read', 'account:write'] }, 'scopes'],
    ['no expiry', { expiry: null }, 'expiry'],
    ['an expiry that is not offered', { expiry: '100000' }, 'expiry'],
    ['no date', { expiry: 'date', expiresOn: null }, 'expiresOn'],
    ['an empty date', { expiry: 'date' }, 'expiresOn'],
    ['a day that is not', { expiry: 'date', expiresOn: '2027-02-30' }, 'expiresOn'],
    ['yesterday', { expiry: 'date', expiresOn: dayFromNow(-1) }, 'expiresOn'],
    ['a day too far', { expiry: 'date', expiresOn: dayFromNow(4000) }, 'expiresOn'],
    ['a window that is not offered', { window: 'week' }, 'window'],
    ['no number', { window: 'hour', quota: '' }, 'quota'],
    ['none at all', { window: 'hour', quota: '0' }, 'quota'],
    ['less than none', { window: 'hour', quota: '-1' }, 'quota'],
    ['half a request', { window: 'hour', quota: '1.5' }, 'quota'],
    ['another notation', { window: 'hour', quota: '1e3' }, 'quota'],
    ['more than can be counted', { window: 'hour', quota: '1000001' }, 'quota'],
  ])('refuses %s, at its field', (_, changes, field) => {
    const parsed = parseCreateKey(makeForm(changes))
    expect(parsed).toEqual({ ok: false, fieldErrors: { [field]: [expect.any(String)] } })
  })

  it('tells all that is wrong at once', () => {
    const parsed = parseCreateKey(makeForm({ name: '', scopes: [], expiry: 'date', window: 'day', quota: 'many' }))
    expect(parsed.ok ? [] : Object.keys(parsed.fieldErrors)).toEqual(['name', 'scopes', 'expiresOn', 'quota'])
  })

  it('does not look at a date and a number that are not asked for', () => {
    expect(parse({ expiresOn: 'never', quota: 'many' })).toMatchObject({ expiry: 'never', window: 'none' })
  })
})

describe('toKeyOptions', () => {
  const now = new Date('2026-03-01T12:00:00Z')

  it('trims the name, and gives no limit and no expiry where none is chosen', () => {
    const options = { name: 'CI', scopes: ['account:read'], expiresAt: null, limits: [] }
    expect(toKeyOptions(parse({ name: ' CI ' }), now)).toEqual(options)
  })

  it('counts the days from now', () => {
    expect(toKeyOptions(parse({ expiry: '7' }), now).expiresAt).toEqual(new Date('2026-03-08T12:00:00Z'))
    expect(toKeyOptions(parse({ expiry: '365' }), now).expiresAt).toEqual(new Date('2027-03-01T12:00:00Z'))
  })

  it('lets a key work until the end of its last day, also where that is today', () => {
    const today = dayFromNow(0)
    const { expiresAt } = toKeyOptions(parse({ expiry: 'date', expiresOn: today }), now)
    expect(expiresAt).toEqual(new Date(Date.parse(today) + dayMs))
  })

  it.each([
    ['minute', 60],
    ['hour', 3600],
    ['day', 86_400],
  ])('makes a limit for each %s', (window, windowSeconds) => {
    const { limits } = toKeyOptions(parse({ window, quota: '1000000' }), now)
    expect(limits).toEqual([{ name: window, quota: 1_000_000, windowSeconds }])
  })
})
