import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { EnvironmentError } = await import('./env.ts')
const { catchProblems, problemResponse } = await import('./problem-response.ts')

describe('problemResponse', () => {
  it('is an RFC 9457 problem that no cache stores', async () => {
    const response = problemResponse(503, 'Not yet.', { 'retry-after': '3' })
    expect(response.status).toBe(503)
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'retry-after': '3',
    })
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Not yet.',
    })
  })
})

describe('catchProblems', () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)

  it.each([
    ['an unknown error', new Error('hush', { cause: new Error('reset') }), 500, 'hush (Error: reset)'],
    [
      'a missing variable',
      new EnvironmentError([{ variable: 'STRIPE_SECRET_KEY', problem: 'is not set' }]),
      503,
      'STRIPE_SECRET_KEY is not set',
    ],
  ])('responds to %s without its message, which it logs', async (_, error, status, logged) => {
    const response = await catchProblems(() => Promise.reject(error))()
    expect(response.status).toBe(status)
    const text = await response.text()
    expect(text).not.toContain('hush')
    expect(text).not.toContain('STRIPE_SECRET_KEY')
    expect(String(stderr.mock.lastCall?.[0])).toContain(logged)
  })

  it('passes arguments and response through', async () => {
    const handler = catchProblems(async (name: string) => new Response(`hello ${name}`))
    expect(await (await handler('Ada')).text()).toBe('hello Ada')
  })
})
