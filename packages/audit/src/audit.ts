import { realpathSync } from 'node:fs'

import { auditApplication } from './audit-application.ts'
import type { JudgedHandler } from './judge-handlers.ts'
import { AuditError } from './errors.ts'
import type { Audit, AuditedHandler } from './findings.ts'
import { findApplications } from './inventory/find-applications.ts'
import { walk } from './inventory/walk.ts'
import { createPlaces, type Places } from './report/places.ts'
import { createResolver } from './resolve/create-resolver.ts'
import { readWorkspaces } from './resolve/find-workspaces.ts'
import { collectFindings } from './rules/collect-findings.ts'

/** Options of an audit. */
export interface AuditOptions {
  /** Functions of the code base that refuse strangers, as `requireUser` or `@/lib/auth#requireUser`. Default: none. */
  readonly guards?: readonly string[]
}

/**
 * Audits the API routes and server functions of the Next.js applications in a directory. Reads files and runs nothing.
 *
 * @throws `ERR_AUDIT_NOTHING_FOUND` when the directory is missing or has no handler.
 * @example
 * import { audit } from '@routekey/audit'
 *
 * const { findings } = audit('.')
 */
export function audit(directory: string, { guards = [] }: AuditOptions = {}): Audit {
  const root = realDirectory(directory)
  const { files, unreadable } = walk(root)
  const workspaces = readWorkspaces(files.filter((file) => file.endsWith('/package.json')))
  const resolve = createResolver(workspaces)
  const places = createPlaces(root)
  const judged = findApplications(root, files).map((application) => auditApplication(application, resolve, guards))
  const handlers = judged.flatMap(({ handlers: found, crons }) =>
    found.map((handler) => describe(handler, crons, places)),
  )
  if (handlers.length === 0) {
    throw new AuditError(
      'ERR_AUDIT_NOTHING_FOUND',
      `${directory} has no API route and no server function of Next.js. Name the directory of the application, or the root of the monorepo.`,
    )
  }
  const pathOf = (path: string): string => places.placeOf(path, 0).file
  return {
    root,
    applications: judged.map(({ directory: own, proxy, handlers: found }) => ({
      directory: pathOf(own) || '.',
      routes: new Set(found.filter(({ kind }) => kind !== 'server-function').map(({ file }) => file)).size,
      serverFunctions: found.filter(({ kind }) => kind === 'server-function').length,
      proxy: proxy === null ? null : pathOf(proxy),
    })),
    handlers,
    findings: collectFindings(
      judged.flatMap(({ remarks }) => remarks),
      places,
    ),
    unreadable: [...unreadable, ...judged.flatMap(({ unreadable: own }) => own)].map(pathOf),
  }
}

function realDirectory(directory: string): string {
  try {
    return realpathSync(directory)
  } catch (error) {
    throw new AuditError('ERR_AUDIT_NOTHING_FOUND', `The directory ${directory} cannot be read. Name another one.`, {
      cause: error,
    })
  }
}

function describe(judged: JudgedHandler, crons: ReadonlySet<string>, places: Places): AuditedHandler {
  const { file, route, name, kind, verdict, guard, effects, start } = judged
  const place = places.placeOf(file, start)
  return {
    file: place.file,
    route,
    name,
    kind,
    verdict,
    guard:
      guard === null || verdict.startsWith('open')
        ? null
        : { name: guard.name, ...places.placeOf(guard.file, guard.start) },
    effects: [...new Set(effects.map((effect) => effect.name))].slice(0, 8),
    isCron: crons.has(route),
    place,
  }
}
