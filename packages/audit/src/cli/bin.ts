#!/usr/bin/env node
import { createTerminal } from '@routekey/command-line'

import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), createTerminal(process))
