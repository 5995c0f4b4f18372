// Bundles the command line, with the packages that only it needs, into one file, so that nobody has to install these packages.
// Usage: node bundle-command-line.mjs [file], by default dist/cli/bin.js.
import { chmodSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { build } from 'rolldown'

const [file = join(import.meta.dirname, 'dist/cli/bin.js')] = process.argv.slice(2)
const fromCommandLine = createRequire(createRequire(import.meta.url).resolve('@routekey/command-line'))
const commanderLicence = readFileSync(join(dirname(fromCommandLine.resolve('commander')), 'LICENSE'), 'utf8')

await build({
  cwd: import.meta.dirname,
  input: 'src/cli/bin.ts',
  platform: 'node',
  // The dependency of this package, its `imports`, and what the application installs.
  external: [/^@noble\/hashes/, '#crypto', 'pg', '@supabase/supabase-js'],
  // The package with the types does nothing else at run time than to import commander.
  resolve: { alias: { '@commander-js/extra-typings': 'commander' } },
  output: { file, footer: `/*\ncommander\n\n${commanderLicence}*/` },
  logLevel: 'warn',
})
chmodSync(file, 0o755)
