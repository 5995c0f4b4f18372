// Runs a Stripe stand-in in its own process: prints its port and runs until it is killed. Its rate limit and its latency follow
// its clock. The first argument is JSON, see `standInSettingsSchema`.
import { startStripeStandIn } from '@routekey/stripe-stand-in'
import { stripeSecretKey } from '../test-stack.ts'
import { systemTiming } from '../../src/timing.ts'
import { standInSettingsSchema } from './settings.ts'
import { followSharedClock } from './shared-clock.ts'

const { sharesClock, endpointPerSecond, latencyMs } = standInSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'))
const { clock, sleep } = sharesClock ? followSharedClock() : systemTiming
const standIn = await startStripeStandIn({
  port: 0,
  secretKey: stripeSecretKey,
  rateLimits: { endpointPerSecond },
  clock,
  sleep,
})
if (latencyMs > 0) standIn.addFaults({ kind: 'delay', delayMs: latencyMs, count: 'always' })
process.stdout.write(`${standIn.port}\n`)
