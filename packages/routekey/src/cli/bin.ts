#!/usr/bin/env -S node --
// Without the `--`, Node.js takes an `--env-file` anywhere in the arguments as its own option, and exits if the file does not exist.
import { createTerminal } from '@routekey/command-line'

import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2), createTerminal(process))
