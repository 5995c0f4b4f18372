import { describe, expect, it } from 'vitest'
import { expectForeign, parseMetadataPair } from './expect-foreign.ts'

describe('parseMetadataPair', () => {
  it.each([
    ['app=shop', ['app', 'shop']],
    ['app=a=b', ['app', 'a=b']],
  ])('reads %s', (text, pair) => {
    expect(parseMetadataPair(text)).toEqual(pair)
  })

  it.each(['', 'app', 'app=', '=shop', 'profile_id=1'])('refuses "%s"', (text) => {
    expect(parseMetadataPair(text)).toBeNull()
  })
})

describe('expectForeign', () => {
  it('expects customers that have one of the pairs', () => {
    const isForeign = expectForeign([
      ['app', 'shop'],
      ['app', 'blog'],
    ])
    const metadata = [{ app: 'blog', plan: 'x' }, { app: 'Blog' }, { shop: 'app' }, {}]
    expect(metadata.map(isForeign)).toEqual([true, false, false, false])
  })

  it('expects none by default', () => {
    expect(expectForeign([])({ app: 'shop' })).toBe(false)
  })
})
