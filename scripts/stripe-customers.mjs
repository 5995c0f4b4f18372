// npm run stripe-customers: looks after the Stripe customers of all profiles.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
handOver('packages/stripe-customers/src/cli/main.ts', process.argv.slice(2))
