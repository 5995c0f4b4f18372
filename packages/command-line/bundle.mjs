import { chmodSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { build } from 'rolldown'

const commander = createRequire(import.meta.url).resolve('commander')
const licence = readFileSync(join(dirname(commander), 'LICENSE'), 'utf8')

/**
 * Bundles a command line, with this package and commander, into one file that can be executed, so that nobody has to install
 * them.
 *
 * @param {object} options the package and its command line
 * @param {string} options.directory of the package, which has the command line in `src/cli/bin.ts`
 * @param {string} options.file to write
 * @param {(string | RegExp)[]} options.external packages and `imports` that the bundle imports where it is installed
 */
export async function bundleCommandLine({ directory, file, external }) {
  await build({
    cwd: directory,
    input: 'src/cli/bin.ts',
    platform: 'node',
    external,
    // The package with the types does nothing else at run time than to import commander.
    resolve: { alias: { '@commander-js/extra-typings': 'commander' } },
    output: { file, footer: `/*\ncommander\n\n${licence}*/` },
    logLevel: 'warn',
  })
  chmodSync(file, 0o755)
}
