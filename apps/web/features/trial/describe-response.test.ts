import { describe, expect, it, vi } from 'vitest'
import { describeStatus, formatBody, sortHeaders } from './describe-response.ts'

vi.mock('server-only', () => ({}))

describe('sortHeaders', () => {
  it('puts the headers about the guard first, in a fixed order', () => {
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

  it('accepts an empty list', () => {
    expect(sortHeaders([])).toEqual({ first: [], others: [] })
  })
})

describe('formatBody', () => {
  it('indents JSON', () => {
    expect(formatBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  })

  it.each(['', 'not json', '<p>{}</p>'])('returns %j unchanged', (body) => {
    expect(formatBody(body)).toBe(body)
  })
})

describe('describeStatus', () => {
  it('explains the statuses of a guard, and claims nothing about others', () => {
    expect(describeStatus(401)).toContain('did not run')
    expect(describeStatus(418)).toContain('says nothing')
  })
})

describe('statusPhrases', () => {
  it('has a phrase for every status that is explained', async () => {
    const { statusPhrases } = await import('./status-phrases.ts')
    expect(statusPhrases).toEqual({
      200: 'OK',
      400: 'Bad Request',
      401: 'Unauthorized',
      403: 'Forbidden',
      404: 'Not Found',
      429: 'Too Many Requests',
      503: 'Service Unavailable',
    })
  })
})
