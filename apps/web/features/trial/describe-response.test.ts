import { describe, expect, it } from 'vitest'
import { describeStatus, formatBody, sortHeaders } from './describe-response.ts'

describe('sortHeaders', () => {
  it('puts first what tells about the guard, in its order', () => {
    const { first, others } = sortHeaders([
      ['x-content-type-options', 'nosniff'],
      ['content-type', 'application/problem+json'],
      ['date', 'Mon, 23 Nov 2026 21:00:00 GMT'],
      ['ratelimit', '"minute";r=0;t=60'],
      ['www-authenticate', 'Bearer realm="api"'],
    ])
    expect(first.map(([name]) => name)).toEqual(['www-authenticate', 'ratelimit', 'content-type'])
    expect(others.map(([name]) => name)).toEqual(['date', 'x-content-type-options'])
  })

  it('has nothing to sort in no headers', () => {
    expect(sortHeaders([])).toEqual({ first: [], others: [] })
  })
})

describe('formatBody', () => {
  it('indents JSON', () => {
    expect(formatBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  })

  it.each(['', 'not json', '<p>{}</p>'])('leaves %j as it came', (body) => {
    expect(formatBody(body)).toBe(body)
  })
})

describe('describeStatus', () => {
  it('knows what a guard answers, and claims nothing about the rest', () => {
    expect(describeStatus(401)).toEqual({ phrase: 'Unauthorized', meaning: expect.stringContaining('did not run') })
    expect(describeStatus(418)).toEqual({ phrase: '', meaning: expect.stringContaining('nothing') })
  })
})
