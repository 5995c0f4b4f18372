import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startSweepTimer } from './start-sweep-timer.ts'

const routeUrl = 'http://localhost:3000/api/sync-stripe-customers'
const intervalMs = 15_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Runs five sweeps against the responses: one for each call, the last one for all further calls. */
async function sweepWith(responses: (() => Promise<Response>)[]) {
  const lines: string[] = []
  const send = vi.fn<typeof fetch>(() => (responses.length > 1 ? responses.shift()! : responses[0]!)())
  const timer = startSweepTimer({
    url: routeUrl,
    secret: 's3cret',
    intervalMs,
    log: (line) => lines.push(line),
    fetch: send,
  })
  for (let sweep = 0; sweep < 5; sweep += 1) await vi.advanceTimersByTimeAsync(intervalMs)
  expect(send).toHaveBeenCalledTimes(5)
  await timer.stop()
  return { lines, send }
}

const refuseConnection = () => Promise.reject(new TypeError('fetch failed'))

it('calls the route with the secret as a bearer token', async () => {
  const { send } = await sweepWith([async () => Response.json({})])
  const [url, init] = send.mock.calls[0]!
  expect(url).toBe(routeUrl)
  expect(new Headers(init?.headers).get('authorization')).toBe('Bearer s3cret')
})

it('logs what a sweep did, and nothing if there was no work', async () => {
  const { lines } = await sweepWith([
    async () => Response.json({ claimed: 2, provisioned: 2, failed: 0 }),
    async () => Response.json({ claimed: 0, provisioned: 0, failed: 0 }),
  ])
  expect(lines).toEqual(['Sweep: 2 claimed, 2 provisioned'])
})

it('logs nothing while the application is down, and continues when it is up again', async () => {
  const { lines } = await sweepWith([refuseConnection, refuseConnection, async () => Response.json({ provisioned: 1 })])
  expect(lines).toEqual(Array.from({ length: 3 }, () => 'Sweep: 1 provisioned'))
})

it('logs the first of several refusals, without the secret', async () => {
  const { lines } = await sweepWith([async () => new Response('no', { status: 401 })])
  expect(lines).toEqual([
    `The sweep failed: ${routeUrl} answered 401. Check CRON_SECRET and the log of the application.`,
  ])
})

it('ignores a body that is not JSON', async () => {
  const { lines } = await sweepWith([async () => new Response('<html>')])
  expect(lines).toEqual([])
})

it('does not start a call while another one is running, and aborts that one when it stops', async () => {
  const aborted = vi.fn<() => void>()
  const send = vi.fn<typeof fetch>(
    (_url, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener('abort', () => {
          aborted()
          reject(new Error('aborted'))
        })
      }),
  )
  const timer = startSweepTimer({ url: routeUrl, secret: 's', intervalMs, log: () => {}, fetch: send })
  await vi.advanceTimersByTimeAsync(3 * intervalMs)
  expect(send).toHaveBeenCalledOnce()
  await timer.stop()
  expect(aborted).toHaveBeenCalledOnce()
})
