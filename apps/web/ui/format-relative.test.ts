import { describe, expect, it } from 'vitest'
import { formatRelative } from './format-relative.ts'

const now = new Date('2026-11-23T12:00:00Z')

describe('formatRelative', () => {
  it.each([
    ['2026-11-23T12:00:00Z', 'just now'],
    ['2026-11-23T11:59:01Z', 'just now'],
    ['2026-11-23T11:59:00Z', '1 minute ago'],
    ['2026-11-23T11:00:01Z', '59 minutes ago'],
    ['2026-11-23T09:00:00Z', '3 hours ago'],
    ['2026-11-22T12:00:00Z', '1 day ago'],
    ['2026-09-23T12:00:00Z', '2 months ago'],
    ['2024-11-23T12:00:00Z', '2 years ago'],
    ['2026-11-23T12:00:59Z', 'in under a minute'],
    ['2026-11-30T12:00:00Z', 'in 7 days'],
    ['2027-11-23T12:00:00Z', 'in 1 year'],
  ])('formats %s as: %s', (at, text) => {
    expect(formatRelative(new Date(at), now)).toBe(text)
  })
})
