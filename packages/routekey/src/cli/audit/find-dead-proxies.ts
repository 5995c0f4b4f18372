import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const names = ['proxy', 'middleware']
const folders = ['', 'src/', 'app/', 'src/app/']
const extensions = ['ts', 'tsx', 'js', 'jsx']
const isProxy = /\bexport\b[^;=(]*\b(?:proxy|middleware|default)\b/
const isExcused = /\/\/[^\S\n]*routekey-audit:[^\S\n]*\S/

/** The version of Next.js that the application has installed, or null. */
function findNextVersion(directory: string): string | null {
  try {
    const path = createRequire(join(directory, 'package.json')).resolve('next/package.json')
    return /"version":\s*"([^"]+)"/.exec(readFileSync(path, 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}

/**
 * Finds the `proxy` and `middleware` files that Next.js ignores without a word, because they are not beside `app` or `pages`, or
 * because the installed version looks for the other name.
 *
 * @returns what to change, a sentence or two about each file
 */
export function findDeadProxies(directory: string): readonly string[] {
  const isBesideRouter = existsSync(join(directory, 'app')) || existsSync(join(directory, 'pages'))
  const home = isBesideRouter ? '' : 'src/'
  const version = findNextVersion(directory)
  const hasProxy = version === null || Number.parseInt(version, 10) >= 16

  const found = folders.flatMap((folder) =>
    names.flatMap((name) =>
      extensions
        .map((extension) => ({ folder, name, file: `${folder}${name}.${extension}` }))
        .filter(({ file }) => {
          if (!existsSync(join(directory, file))) return false
          const source = readFileSync(join(directory, file), 'utf8')
          return isProxy.test(source) && !isExcused.test(source)
        }),
    ),
  )
  const misplaced = found
    .filter(({ folder }) => folder !== home)
    .map(({ file }) => `${file} never runs. Move it to ${home || 'the root'}, beside app/ or pages/.`)
  const misnamed = found
    .filter(({ name }) => name === 'proxy' && !hasProxy)
    .map(({ file }) => `${file} never runs in Next.js ${version}. Rename the file and its export to middleware.`)
  return [...misplaced, ...misnamed]
}
