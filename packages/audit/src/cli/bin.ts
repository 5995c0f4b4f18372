#!/usr/bin/env node
import { createTerminal } from '@routekey/command-line'

import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2), createTerminal(process))
