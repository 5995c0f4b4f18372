import { describe, expect, it } from 'vitest'
import { isRefusal } from './sqlstate.ts'

describe('isRefusal', () => {
  it.each(['42501', '42883', '23505', '23514', 'P0001', '22P02', 'XX000', '28P01', '3D000'])(
    'is true for %s',
    (code) => {
      expect(isRefusal(code)).toBe(true)
    },
  )

  it.each(['08006', '40001', '40P01', '53300', '57P01', '57P03', '57014', '58030'])(
    'is false for %s, which passes by itself',
    (code) => {
      expect(isRefusal(code)).toBe(false)
    },
  )

  it.each(['ECONNREFUSED', 'EPIPE', ''])('is false for %j, which is not a SQLSTATE', (code) => {
    expect(isRefusal(code)).toBe(false)
  })
})
