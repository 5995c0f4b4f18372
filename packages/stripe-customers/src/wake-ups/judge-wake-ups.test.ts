import { describe, expect, it } from 'vitest'
import { judgeWakeUps, type WakeUpReport } from './judge-wake-ups.ts'

const makeReport = (values: Partial<WakeUpReport> = {}): WakeUpReport => ({
  installed: true,
  configured: true,
  madeByWakeUp: 1,
  madeBySchedule: 0,
  results: {},
  newestResults: ['200'],
  ...values,
})

describe('judgeWakeUps', () => {
  it.each([
    ['not_installed', { installed: false, configured: false, newestResults: [] }],
    ['not_configured', { configured: false, newestResults: [] }],
    ['idle', { newestResults: [] }],
    ['ok', {}],
  ] as const)('is %s for %j', (state, values) => {
    expect(judgeWakeUps(makeReport(values))).toMatchObject({ state, problem: null })
  })

  it.each([
    ['unreachable', 'api_route_url'],
    ['timeout', '10 s'],
    ['no_response', 'worker_restart'],
    ['401', 'api_route_secret'],
    ['403', 'api_route_secret'],
    ['404', 'api_route_url'],
    ['308', 'api_route_url'],
  ])('fails for %s, and says what to do', (result, problem) => {
    const failing = { state: 'failing', problem: expect.stringContaining(problem) }
    expect(judgeWakeUps(makeReport({ newestResults: [result] }))).toMatchObject(failing)
    expect(judgeWakeUps(makeReport({ newestResults: [result, result, result] }))).toMatchObject(failing)
  })

  it.each([
    ['the newest', ['200', '401', '401']],
    ['an earlier one', ['timeout', '200', '401']],
  ])('is ok as soon as %s of the last three arrived', (_, newestResults) => {
    expect(judgeWakeUps(makeReport({ newestResults })).state).toBe('ok')
  })

  it('blames a 5xx on the wake-up only if the schedule makes customers meanwhile', () => {
    const newestResults = ['503', '503', '503']
    expect(judgeWakeUps(makeReport({ newestResults, madeBySchedule: 0 })).state).toBe('ok')
    expect(judgeWakeUps(makeReport({ newestResults, madeBySchedule: 2 }))).toMatchObject({
      state: 'failing',
      problem: expect.stringContaining('HTTP 503'),
    })
  })

  it('passes the counts on', () => {
    const counts = { madeByWakeUp: 3, madeBySchedule: 4, results: { '200': 5, timeout: 6 } }
    expect(judgeWakeUps(makeReport(counts))).toEqual({ ...counts, state: 'ok', problem: null })
  })
})
