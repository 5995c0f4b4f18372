// Usage: node build-commonjs.mjs [directory], by default dist. Adds `.cjs` and `.d.cts` beside each module of the build.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'rolldown'

const [directory = join(import.meta.dirname, 'dist')] = process.argv.slice(2)

await build({
  input: globSync('**/*.js', { cwd: directory, exclude: ['cli/**', 'crypto/portable.js'] }).map((file) =>
    join(directory, file),
  ),
  platform: 'node',
  // `#crypto` is hashing for Node.js, which is where CommonJS runs.
  resolve: { alias: { '#crypto': join(directory, 'crypto/node.js') } },
  external: [/^node:/, /^hono\b/],
  output: {
    dir: directory,
    format: 'cjs',
    // One file for each module, so that what a module remembers exists once, and paths from a module to `sql/` stay the same.
    preserveModules: true,
    preserveModulesRoot: directory,
    entryFileNames: '[name].cjs',
  },
  logLevel: 'warn',
})

for (const file of globSync('**/*.d.ts', { cwd: directory })) {
  const types = readFileSync(join(directory, file), 'utf8')
  writeFileSync(
    join(directory, file.replace(/\.d\.ts$/, '.d.cts')),
    types.replaceAll(/(?<=['"])(\.\.?\/[\w./-]+)\.ts(?=['"])/g, '$1.cts'),
  )
}
