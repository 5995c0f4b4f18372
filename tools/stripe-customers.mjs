// npm run stripe-customers: looks after the Stripe customers of all profiles.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
// V8 otherwise lets the young generation grow to several times 16 MB before it looks what of it is still needed; with this
// bound, a sweep of 10,000 profiles stays within 50 MB of its start.
handOver('packages/stripe-customers/src/cli/main.ts', process.argv.slice(2), ['--max-semi-space-size=8'])
