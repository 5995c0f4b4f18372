import { describe, expect, it } from 'vitest'
import { parseProfileEvent } from './parse-profile-event.ts'

const id = '3f0c8c1e-6f0a-4c55-9c3e-0d6f4d0a9b11'

const webhook = (overrides: Record<string, unknown> = {}) =>
  JSON.stringify({ type: 'INSERT', table: 'profile', schema: 'public', record: { id }, old_record: null, ...overrides })

describe('parseProfileEvent', () => {
  it.each(['INSERT', 'UPDATE'])('reads the id from the record of an %s', (type) => {
    expect(parseProfileEvent(webhook({ type }), 'public.profile')).toEqual({ ok: true, event: { type, profileId: id } })
  })

  it('reads the id from the old record of a DELETE', () => {
    expect(parseProfileEvent(webhook({ type: 'DELETE', record: null, old_record: { id } }), 'public.profile')).toEqual({
      ok: true,
      event: { type: 'DELETE', profileId: id },
    })
  })

  it('accepts a value that a framework has parsed, and a change of the e-mail in auth.users', () => {
    const body = { type: 'UPDATE', table: 'users', schema: 'auth', record: { id } }
    expect(parseProfileEvent(body, 'app.members')).toEqual({ ok: true, event: { type: 'UPDATE', profileId: id } })
    const result = parseProfileEvent({ ...body, table: 'profile' }, 'app.members')
    expect(result).toMatchObject({
      ok: false,
      problem: { status: 422, detail: expect.stringContaining('app.members') },
    })
  })

  it('ignores unknown fields', () => {
    const result = parseProfileEvent(
      webhook({ record: { id, email: 'a@example.com', plan: 7 }, delivery: 'x' }),
      'public.profile',
    )
    expect(result.ok).toBe(true)
  })

  it('defaults the schema to public and needs no old record', () => {
    expect(parseProfileEvent(`{"type":"INSERT","table":"profile","record":{"id":"${id}"}}`, 'public.profile').ok).toBe(
      true,
    )
  })

  it.each([
    ['an empty body', ''],
    ['invalid JSON', '{"type":'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a string', '"INSERT"'],
    ['an empty object', '{}'],
    ['no table', JSON.stringify({ type: 'INSERT', record: { id } })],
    ['a number for the type', webhook({ type: 1 })],
    ['no record', webhook({ record: null })],
    ['a record without an id', webhook({ record: { email: 'a@example.com' } })],
    ['an id that is not a UUID', webhook({ record: { id: "1' or true" } })],
    ['a DELETE without the old record', webhook({ type: 'DELETE' })],
  ])('refuses %s as invalid and says what it expected', (_, text) => {
    const result = parseProfileEvent(text, 'public.profile')
    expect(result).toMatchObject({ ok: false, problem: { status: 400 } })
    expect(result.ok ? '' : result.problem.detail).toContain('"table":"profile"')
  })

  it.each([
    ['another table', { table: 'orders' }],
    ['another schema', { schema: 'private' }],
    ['another table whose records have other ids', { table: 'orders', record: { id: 7 } }],
    ['a type that webhooks do not have', { type: 'TRUNCATE' }],
  ])('refuses %s as unprocessable and says what it expected', (_, overrides) => {
    const result = parseProfileEvent(webhook(overrides), 'public.profile')
    expect(result).toMatchObject({ ok: false, problem: { status: 422 } })
    expect(result.ok ? '' : result.problem.detail).toContain('public.profile')
  })

  it('does not repeat the body', () => {
    const result = parseProfileEvent('{"hush": "hush-hush', 'public.profile')
    expect(JSON.stringify(result)).not.toContain('hush')
  })
})
