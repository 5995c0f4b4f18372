// npm run stripe-customers: compares and repairs the Stripe customers of all profiles.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
// By default, V8 lets the young generation grow to several times 16 MB before it collects garbage. With this bound, a sweep of
// 10,000 profiles uses at most 50 MB more than at its start.
handOver('packages/stripe-customers/src/cli/main.ts', process.argv.slice(2), ['--max-semi-space-size=8'])
