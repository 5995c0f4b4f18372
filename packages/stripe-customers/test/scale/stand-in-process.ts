// Runs a Stripe stand-in in a process of its own: prints its port, then waits to be killed. Its limits and its latency
// go by its clock. The first argument is JSON, see `standInSettings`.
import { startStripeStandIn } from '@routekey/stripe-stand-in'
import { stripeSecretKey } from '../test-stack.ts'
import { systemClock } from '../../src/clock.ts'
import { standInSettingsSchema } from './settings.ts'
import { followClock } from './shared-clock.ts'

const { sharesClock, endpointPerSecond, latencyMs } = standInSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'))
const clock = sharesClock ? followClock() : systemClock
const standIn = await startStripeStandIn({
  port: 0,
  secretKey: stripeSecretKey,
  rateLimits: { endpointPerSecond },
  clock: () => new Date(clock.nowMs()),
  sleep: (ms) => clock.sleep(ms),
})
if (latencyMs > 0) standIn.addFaults({ kind: 'delay', delayMs: latencyMs, count: 'always' })
process.stdout.write(`${standIn.port}\n`)
