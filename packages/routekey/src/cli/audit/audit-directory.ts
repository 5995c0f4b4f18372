import { type Dirent, existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import { type FoundHandler, findHandlers } from './find-handlers.ts'

/** One handler of an application, and whether a guard stands before it. */
export interface AuditedHandler extends FoundHandler {
  /** From the application's directory, with slashes. */
  readonly file: string
  /** The address, such as `/api/reports/[id]`. */
  readonly route: string
}

const sourceFile = /\.(?:ts|tsx|js|jsx|mjs|cjs|mts|cts)$/
const notAnAddress = /^(?:\(.*\)|@.*)$/

function* walk(directory: string): Generator<string> {
  const entries: Dirent[] = readdirSync(directory, { withFileTypes: true })
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(directory, entry.name)
    // Next.js routes nothing below a folder that starts with an underscore.
    if (entry.isDirectory() && entry.name !== 'node_modules' && !/^[._]/.test(entry.name)) yield* walk(path)
    else if (entry.isFile() && sourceFile.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path
  }
}

function toRoute(pathFromRouter: string): string {
  const segments = pathFromRouter.replace(sourceFile, '').split(sep)
  if (segments.at(-1) === 'route' || segments.at(-1) === 'index') segments.pop()
  return `/${segments.filter((segment) => !notAnAddress.test(segment)).join('/')}`
}

/**
 * Finds the route handlers of a Next.js application and whether each is guarded. It does not look at server functions, pages,
 * or what `proxy.ts` guards.
 *
 * @returns null when the directory has neither an `app` nor a `pages/api` folder.
 */
export function auditDirectory(directory: string): readonly AuditedHandler[] | null {
  const root =
    existsSync(join(directory, 'app')) || existsSync(join(directory, 'pages')) ? directory : join(directory, 'src')
  const routers = [
    { router: 'app', folder: join(root, 'app'), base: join(root, 'app') },
    { router: 'pages', folder: join(root, 'pages', 'api'), base: join(root, 'pages') },
  ] as const
  const present = routers.filter(({ folder }) => existsSync(folder))
  if (present.length === 0) return null

  return present.flatMap(({ router, folder, base }) =>
    [...walk(folder)]
      .filter((path) => router === 'pages' || path.split(sep).at(-1)?.startsWith('route.') === true)
      .flatMap((path) => {
        const source = readFileSync(path, 'utf8')
        const file = relative(directory, path).replaceAll(sep, '/')
        return findHandlers(source, router).map((found) => ({ ...found, file, route: toRoute(relative(base, path)) }))
      }),
  )
}
