import type { Application } from './find-applications.ts'

/** A file that answers requests. */
export interface RouteFile {
  readonly router: 'app' | 'pages'
  readonly file: string
  /** The path that requests ask for, such as `/api/reports/[id]`. */
  readonly route: string
}

/** What Next.js takes as pages if `next.config` does not say otherwise. */
export const defaultPageExtensions: readonly string[] = ['tsx', 'ts', 'jsx', 'js']

/** Finds the route files of an application by the rules of Next.js. */
export function findRoutes(
  { app, pages, files }: Application,
  pageExtensions: readonly string[],
): readonly RouteFile[] {
  return files.flatMap((file): readonly RouteFile[] => {
    if (app !== null && file.startsWith(`${app}/`)) {
      const route = appRoute(file.slice(app.length + 1), pageExtensions)
      return route === null ? [] : [{ router: 'app', file, route }]
    }
    if (pages !== null && file.startsWith(`${pages}/`)) {
      const route = pagesRoute(file.slice(pages.length + 1), pageExtensions)
      return route === null ? [] : [{ router: 'pages', file, route }]
    }
    return []
  })
}

function withoutExtension(path: string, pageExtensions: readonly string[]): string | null {
  if (/\.d\.[cm]?ts$/.test(path)) return null
  const extension = pageExtensions.find((candidate) => path.endsWith(`.${candidate}`))
  return extension === undefined ? null : path.slice(0, -extension.length - 1)
}

// Groups and slots are not part of the path, and folders that start with an underscore are private.
const notInPath = /^(?:\((?!\.).*\)|@.*)$/

function appRoute(path: string, pageExtensions: readonly string[]): string | null {
  const bare = withoutExtension(path, pageExtensions)
  if (bare === null) return null
  const segments = bare.split('/')
  if (segments.pop() !== 'route' || segments.some((segment) => segment.startsWith('_'))) return null
  return `/${segments
    .filter((segment) => !notInPath.test(segment))
    .map((segment) => segment.replace(/^%5F/i, '_'))
    .join('/')}`
}

function pagesRoute(path: string, pageExtensions: readonly string[]): string | null {
  const bare = withoutExtension(path, pageExtensions)
  if (bare === null || (bare !== 'api' && !bare.startsWith('api/'))) return null
  return `/${bare.replace(/\/index$/, '')}`
}
