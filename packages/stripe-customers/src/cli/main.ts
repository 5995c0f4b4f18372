// The entry of npm run stripe-customers.
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { createTerminal } from '@routekey/command-line'

import { run } from './run.ts'

const envFile = process.env['STRIPE_CUSTOMERS_ENV_FILE'] ?? new URL('../../../../apps/web/.env.local', import.meta.url)
const stopping = new AbortController()
// `disconnect`: the parent process is gone.
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => stopping.abort())

process.exitCode = await run(process.argv.slice(2), {
  ...createTerminal(process),
  fileValues: existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {},
  progress: process.stderr,
  signal: stopping.signal,
})
// An open channel to the parent would keep the process alive.
if (process.connected) process.disconnect()
