// Usage: node bundle-command-line.mjs [file], by default dist/cli/bin.js.
import { join } from 'node:path'

import { bundleCommandLine } from '@routekey/command-line/bundle'

const [file = join(import.meta.dirname, 'dist/cli/bin.js')] = process.argv.slice(2)

// The parser and the resolver load a program of their platform.
await bundleCommandLine({ directory: import.meta.dirname, file, external: ['oxc-parser', 'oxc-resolver'] })
