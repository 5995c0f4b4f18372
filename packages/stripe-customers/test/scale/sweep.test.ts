import { expect, it } from 'vitest'
import { measureSweep, type SweepMeasurement } from './measure-sweep.ts'

/** Expects that every profile has its own customer with its id, and that Stripe has no other customer. */
function expectOneCustomerEach(profileCount: number, sweep: SweepMeasurement): void {
  const { customers, customersOfDistinctProfiles, linked } = sweep
  expect({ customers, customersOfDistinctProfiles, linked }).toEqual({
    customers: profileCount,
    customersOfDistinctProfiles: profileCount,
    linked: profileCount,
  })
}

it('uses Stripe’s rate limit with four processes and causes few refusals', async () => {
  const endpointPerSecond = 25
  // Up to ten times as fast as in production, so in real time 250 requests per second and 20 ms of latency.
  const sweep = await measureSweep({ profiles: 10_000, sweepers: 4, speed: 10, endpointPerSecond, latencyMs: 200 })
  expectOneCustomerEach(10_000, sweep)
  expect(sweep.perSecond / endpointPerSecond).toBeGreaterThanOrEqual(0.95)
  expect(sweep.limited / sweep.requests).toBeLessThanOrEqual(0.02)
})

it('holds about as much memory for 10,000 profiles as for 1,000', async () => {
  const heldMb: number[] = []
  for (const profiles of [1000, 10_000]) {
    const sweep = await measureSweep({ profiles, sweepers: 1, measuresHeldMemory: true })
    expectOneCustomerEach(profiles, sweep)
    heldMb.push(sweep.reports[0]?.maxHeldMb ?? Number.NaN)
  }
  const [small = Number.NaN, large = Number.NaN] = heldMb
  expect(large / small, `${large.toFixed(1)} MB and ${small.toFixed(1)} MB`).toBeLessThan(1.15)
})
