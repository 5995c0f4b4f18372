import { type Dirent, existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import { type FoundHandler, findHandlers } from './find-handlers.ts'
import { configFiles, findReplacedHeaders } from './find-replaced-headers.ts'

/** A handler of an application, and whether it is guarded; or a header of `next.config`, whose route is `*`. */
export interface AuditedHandler extends FoundHandler {
  /** The path from the application's directory, with slashes. */
  readonly file: string
  /** The path of the route, such as `/api/reports/[id]`. */
  readonly route: string
}

const sourceFile = /\.(?:ts|tsx|js|jsx|mjs|cjs|mts|cts)$/
const notInPath = /^(?:\(.*\)|@.*)$/

function* walk(directory: string): Generator<string> {
  const entries: Dirent[] = readdirSync(directory, { withFileTypes: true })
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(directory, entry.name)
    // Next.js ignores folders that start with an underscore.
    if (entry.isDirectory() && entry.name !== 'node_modules' && !/^[._]/.test(entry.name)) yield* walk(path)
    else if (entry.isFile() && sourceFile.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path
  }
}

function toRoute(pathFromRouter: string): string {
  const segments = pathFromRouter.replace(sourceFile, '').split(sep)
  if (segments.at(-1) === 'route' || segments.at(-1) === 'index') segments.pop()
  return `/${segments.filter((segment) => !notInPath.test(segment)).join('/')}`
}

/**
 * Finds the route handlers of a Next.js application, and whether each of them is guarded, and the headers of `next.config` that
 * replace those of guarded handlers. Does not check server functions, pages, or the paths that `proxy.ts` guards.
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

  const handlers = present.flatMap(({ router, folder, base }) =>
    [...walk(folder)]
      .filter((path) => router === 'pages' || path.split(sep).at(-1)?.startsWith('route.') === true)
      .flatMap((path) => {
        const source = readFileSync(path, 'utf8')
        const file = relative(directory, path).replaceAll(sep, '/')
        return findHandlers(source, router).map((found) => ({ ...found, file, route: toRoute(relative(base, path)) }))
      }),
  )

  // The Pages Router keeps the headers of its handlers.
  const isAffected = handlers.some(({ verdict, file }) => verdict === 'guarded' && /(?:^|\/)route\.\w+$/.test(file))
  const replaced = configFiles
    .filter((file) => isAffected && existsSync(join(directory, file)))
    .flatMap((file) =>
      findReplacedHeaders(readFileSync(join(directory, file), 'utf8')).map((found) => ({ ...found, file, route: '*' })),
    )
  return [...handlers, ...replaced]
}
