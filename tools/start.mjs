// npm start, npm run dev (--dev), npm run sandbox (--sandbox-only).
import { ensureInstalled, handOver } from './bootstrap.mjs'

ensureInstalled()
const args = process.argv.slice(2)
if (args[0] === '--sandbox-only') handOver('packages/sandbox/src/main.ts', args.slice(1))
else handOver('tools/start/start.ts', args)
