import { readFileSync } from 'node:fs'

/**
 * Reads a file of this package, such as `package.json`. The path is the same from here and from the bundle, `dist/cli/bin.js`.
 *
 * @param path From the directory of the package.
 */
export const readPackageFile = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
