// Runs a Stripe stand-in in a process of its own: prints its port, then waits to be killed. Its limits and its latency
// go by its clock. The first argument is JSON, see `standInSettings`.
import { startStripeStandIn } from '@routekey/stripe-stand-in'
import { stripeSecretKey } from '../test-stack.ts'
import { systemTiming } from '../../src/timing.ts'
import { standInSettingsSchema } from './settings.ts'
import { followClock } from './shared-clock.ts'

const { sharesClock, endpointPerSecond, latencyMs } = standInSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'))
const { clock, sleep } = sharesClock ? followClock() : systemTiming
const standIn = await startStripeStandIn({
  port: 0,
  secretKey: stripeSecretKey,
  rateLimits: { endpointPerSecond },
  clock,
  sleep,
})
if (latencyMs > 0) standIn.addFaults({ kind: 'delay', delayMs: latencyMs, count: 'always' })
process.stdout.write(`${standIn.port}\n`)
