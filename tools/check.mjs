// npm run check.
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
handOver('tools/check.ts')
