// Usage: node bundle-command-line.mjs [file], by default dist/cli/bin.js.
import { join } from 'node:path'

import { bundleCommandLine } from '@routekey/command-line/bundle'

const [file = join(import.meta.dirname, 'dist/cli/bin.js')] = process.argv.slice(2)

// The dependency of this package, its `imports`, and what the application installs.
const external = [/^@noble\/hashes/, '#crypto', '@routekey/audit', 'pg', '@supabase/supabase-js']
await bundleCommandLine({ directory: import.meta.dirname, file, external })
