#!/usr/bin/env -S node --max-semi-space-size=2 --
// By default, V8 lets the young generation grow. With this bound, 779 handlers in 4,000 files take 300 MB instead of 400, and no longer.
import { createTerminal } from '@routekey/command-line'

import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), createTerminal(process))
