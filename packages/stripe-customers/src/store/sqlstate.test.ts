import { describe, expect, it } from 'vitest'
import { isRefusal } from './sqlstate.ts'

describe('isRefusal', () => {
  it.each([
    ['a feature that is not supported', '0A000'],
    ['an invalid value', '22P02'],
    ['a violated constraint', '23505 23514 23503 23502'],
    ['a transaction in the wrong state', '25000 25001 25P02'],
    ['an unknown prepared statement, as behind some poolers', '26000'],
    ['a wrong password or role', '28000 28P01'],
    ['an unknown database or schema', '3D000 3F000'],
    ['a missing right, function or table', '42501 42883 42P01'],
    ['a statement that is too complex', '54001'],
    ['an object in the wrong state', '55000'],
    ['a missing file of an extension', '58P01 58P02'],
    ['a wrong file of settings', 'F0000'],
    ['a foreign table', 'HV000'],
    ['an exception of a function', 'P0001 P0002'],
    ['corrupt data', 'XX001 XX002'],
  ])('is true for %s', (_, codes) => {
    for (const code of codes.split(' ')) expect([code, isRefusal(code)]).toEqual([code, true])
  })

  it.each([
    ['a connection that was not made or broke', '08000 08001 08003 08004 08006 08007 08P01'],
    ['a read-only database', '25006'],
    ['a transaction that took too long', '25P03 25P04'],
    ['a rollback', '40000 40001 40003 40P01'],
    ['missing resources', '53000 53100 53200 53300 53400'],
    ['a lock that was not available', '55006 55P03'],
    ['an intervention', '57000 57014 57P01 57P02 57P03 57P05'],
    ['a failure of the system', '58000 58030'],
    ['a snapshot that is too old', '72000'],
    ['an internal error', 'XX000'],
  ])('is false for %s, which passes by itself', (_, codes) => {
    for (const code of codes.split(' ')) expect([code, isRefusal(code)]).toEqual([code, false])
  })

  it.each(['ECONNREFUSED', 'EPIPE', 'CONNECTION_CLOSED', 'PGRST003', ''])(
    'is false for %j, which is not a SQLSTATE',
    (code) => {
      expect(isRefusal(code)).toBe(false)
    },
  )
})
