// npm test.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
handOver('tools/test.ts', process.argv.slice(2))
