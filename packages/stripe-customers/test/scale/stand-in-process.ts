// Runs a Stripe stand-in in a process of its own: prints its port, then waits to be killed. Its clock goes `speed` times as
// fast, so that its limits do too. The first argument is JSON, see `StandInSettings`.
import { startStripeStandIn } from '@routekey/sandbox/stripe'
import { STRIPE_SECRET_KEY } from '../test-stack.ts'
import { createFastClock } from './fast-clock.ts'
import { standInSettings } from './settings.ts'

const { speed, endpointPerSecond, latencyMs } = standInSettings.parse(JSON.parse(process.argv[2] ?? '{}'))
const clock = createFastClock(speed)
const standIn = await startStripeStandIn({
  port: 0,
  secretKey: STRIPE_SECRET_KEY,
  rateLimits: { endpointPerSecond },
  clock: () => new Date(clock.nowMs()),
})
if (latencyMs > 0) standIn.addFaults({ kind: 'delay', delayMs: Math.round(latencyMs / speed), count: 'always' })
process.stdout.write(`${standIn.port}\n`)
