import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { post, startForTest } from '../../test/start-for-test.ts'
import type { StripeStandIn } from '../start-stripe-stand-in.ts'
import type { FaultRequest } from './fault-queue.ts'

const faults: Record<string, FaultRequest> = {
  'cut before': { kind: 'cut', when: 'before_effect' },
  'cut after': { kind: 'cut', when: 'after_effect' },
  'error before': { kind: 'server_error', when: 'before_effect' },
  'error after': { kind: 'server_error', when: 'after_effect' },
  'rate limit': { kind: 'rate_limit' },
  'in flight': { kind: 'in_flight' },
}

const dayHours = 24

interface Step {
  readonly key: string
  readonly name: string
  readonly fault: string
  readonly hours: number
}

/** Stripe's documented behaviour for idempotency keys, in memory. */
function createModel() {
  const keys = new Map<string, { name: string; status: number; atHours: number }>()
  let nowHours = 0
  let customers = 0
  return {
    customers: () => customers,
    /** Returns the status that the client sees; 0 for a cut connection. */
    step({ key, name, fault, hours }: Step): number {
      nowHours += hours
      const stored = keys.get(key)
      const fresh = stored !== undefined && nowHours - stored.atHours < dayHours ? stored : undefined
      if (fresh !== undefined && fresh.name !== name) return 400
      if (fault === 'rate limit') return 429
      if (fault === 'in flight') return 409
      if (fault === 'cut before') return 0
      if (fresh !== undefined) return fault === 'cut after' ? 0 : fresh.status
      const status = fault.startsWith('error') ? 500 : 200
      if (fault !== 'error before') customers += 1
      keys.set(key, { name, status, atHours: nowHours })
      return fault === 'cut after' ? 0 : status
    },
  }
}

async function send(standIn: StripeStandIn, { key, name, fault, hours }: Step): Promise<number> {
  standIn.advanceClock(hours * 3600)
  standIn.clearFaults()
  const request = faults[fault]
  if (request !== undefined) standIn.addFaults(request)
  try {
    const response = await post(standIn, '/v1/customers', `name=${name}`, { 'Idempotency-Key': key })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  name: fc.constantFrom('Ada', 'Ada', 'Ada', 'Bob'),
  fault: fc.constantFrom('none', 'none', ...Object.keys(faults)),
  hours: fc.constantFrom(0, 0, 0, 1, 23, 24),
})

it('behaves as Stripe documents for any order of keys, faults and hours', async () => {
  const { standIn } = await startForTest({ clock: () => new Date(0) })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      run += 1
      const model = createModel()
      const before = standIn.state().counts.customers
      for (const one of steps) {
        // Its own keys let every run share one stand-in.
        expect(await send(standIn, { ...one, key: `${run}-${one.key}` })).toBe(model.step(one))
        expect(standIn.state().counts.customers - before).toBe(model.customers())
      }
    }),
    { numRuns: 60 },
  )
})
