import { describe, expect, it } from 'vitest'
import { parseChangeLimit } from './change-key-forms.ts'
import { limitValues, toLimits } from './key-limit.ts'

function send(fields: Record<string, string>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return parseChangeLimit(form)
}

describe('parseChangeLimit', () => {
  it.each([
    [{ window: 'none', quota: '' }, []],
    [{ window: 'none' }, []],
    [{ window: 'minute', quota: ' 60 ' }, [{ name: 'minute', quota: 60, windowSeconds: 60 }]],
    [{ window: 'day', quota: '1000000' }, [{ name: 'day', quota: 1_000_000, windowSeconds: 86_400 }]],
  ])('accepts %j', (fields, limits) => {
    const parsed = send(fields)
    expect(parsed.ok && toLimits(parsed.data)).toEqual(limits)
  })

  it.each(['0', '-1', '1.5', '1e3', '1000001', 'many', ''])('refuses %j requests', (quota) => {
    expect(send({ window: 'hour', quota })).toEqual({
      ok: false,
      fieldErrors: { quota: ['Enter a whole number from 1 to 1,000,000.'] },
    })
  })

  it.each([{}, { window: 'second', quota: '1' }])('refuses an unknown window: %j', (fields) => {
    expect(send(fields)).toEqual({ ok: false, fieldErrors: { window: ['Choose a limit.'] } })
  })
})

describe('limitValues', () => {
  it('returns the only limit of a key', () => {
    expect(limitValues([{ name: 'x', quota: 5, windowSeconds: 3600 }])).toEqual({ window: 'hour', quota: '5' })
  })

  it.each([
    ['no limit', []],
    ['a window that the form does not offer', [{ name: 'x', quota: 5, windowSeconds: 900 }]],
    [
      'several limits',
      [
        { name: 'x', quota: 5, windowSeconds: 60 },
        { name: 'y', quota: 50, windowSeconds: 3600 },
      ],
    ],
  ])('returns nothing for %s', (_case, limits) => {
    expect(limitValues(limits)).toEqual({})
  })
})
