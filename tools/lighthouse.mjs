// npm run lighthouse: measures the pages of the built application.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
handOver('bench/lighthouse/main.ts', process.argv.slice(2))
