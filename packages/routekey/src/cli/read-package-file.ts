import { readFileSync } from 'node:fs'

/**
 * Reads a file of this package, such as `sql/api-key.sql`. The path is the same from here and from the bundle, `dist/cli/bin.js`.
 *
 * @param path From the directory of the package.
 */
export const readPackageFile = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
