import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it, vi } from 'vitest'

import { startSweepTimer } from './sweep-timer.ts'

const routeUrl = 'http://localhost:3000/api/sync-stripe-customers'

/** Runs a timer against the answers, one for each call, the last one for all further calls. */
async function sweepWith(answers: (() => Promise<Response>)[]) {
  const lines: string[] = []
  const send = vi.fn<typeof fetch>(() => (answers.length > 1 ? answers.shift()! : answers[0]!)())
  const timer = startSweepTimer({
    url: routeUrl,
    secret: 's3cret',
    intervalMs: 5,
    log: (line) => lines.push(line),
    fetch: send,
  })
  await vi.waitFor(() => expect(send.mock.calls.length).toBeGreaterThan(4))
  await timer.stop()
  return { lines, send }
}

const refuseConnection = () => Promise.reject(new TypeError('fetch failed'))

it('calls the route with the secret as bearer token', async () => {
  const { send } = await sweepWith([async () => Response.json({})])
  const [url, init] = send.mock.calls[0]!
  expect(url).toBe(routeUrl)
  expect(new Headers(init?.headers).get('authorization')).toBe('Bearer s3cret')
})

it('says what a sweep did, and nothing when there was nothing to do', async () => {
  const { lines } = await sweepWith([
    async () => Response.json({ claimed: 2, provisioned: 2, failed: 0 }),
    async () => Response.json({ claimed: 0, provisioned: 0, failed: 0 }),
  ])
  expect(lines).toEqual(['Sweep: 2 claimed, 2 provisioned'])
})

it('is silent while the application is down, and goes on when it is back', async () => {
  const { lines } = await sweepWith([refuseConnection, refuseConnection, async () => Response.json({ provisioned: 1 })])
  expect(lines[0]).toBe('Sweep: 1 provisioned')
})

it('says once that the route refuses, without the secret', async () => {
  const { lines } = await sweepWith([async () => new Response('no', { status: 401 })])
  expect(lines).toEqual([`The sweep was refused with status 401 by ${routeUrl}`])
})

it('does not mind a body that is not JSON', async () => {
  const { lines } = await sweepWith([async () => new Response('<html>')])
  expect(lines).toEqual([])
})

it('does not start a call while one is running, and ends that one when it stops', async () => {
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
  const timer = startSweepTimer({ url: routeUrl, secret: 's', intervalMs: 2, log: () => {}, fetch: send })
  await sleep(30)
  expect(send).toHaveBeenCalledOnce()
  await timer.stop()
  expect(aborted).toHaveBeenCalledOnce()
})
