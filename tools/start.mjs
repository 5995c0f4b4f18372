// npm start, npm run dev (--dev) and npm run sandbox (--sandbox-only).
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
const args = process.argv.slice(2)
if (args.includes('--sandbox-only')) handOver('packages/sandbox/src/main.ts')
else handOver('tools/start.ts', args)
