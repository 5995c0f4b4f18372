import { join } from 'node:path'

import type { Application } from './inventory/find-applications.ts'
import { defaultPageExtensions } from './inventory/find-routes.ts'
import { readPageExtensions } from './inventory/read-config.ts'
import { readProxy } from './inventory/read-proxy.ts'
import { createJudge } from './judge/create-machine.ts'
import { type JudgedHandler, judgeHandlers } from './judge-handlers.ts'
import { isList, parseData, readMember } from './parse/read-data.ts'
import type { Resolve } from './resolve/create-resolver.ts'
import { readText } from './resolve/read-file.ts'
import { type Remark, remarksOf } from './rules/collect-findings.ts'
import { findPublicSecrets } from './rules/find-public-secrets.ts'
import { findReplacedHeaders } from './rules/find-replaced-headers.ts'
import { judgeProxy } from './rules/judge-proxy.ts'

/** An application with all that is said of it. */
export interface JudgedApplication {
  readonly directory: string
  readonly proxy: string | null
  /** The paths that run on a schedule. */
  readonly crons: ReadonlySet<string>
  readonly handlers: readonly JudgedHandler[]
  readonly remarks: readonly Remark[]
  /** Files that could not be read or parsed. */
  readonly unreadable: readonly string[]
}

/** Judges an application: its handlers, its proxy and its configuration. */
export function auditApplication(
  application: Application,
  resolve: Resolve,
  guards: readonly string[],
): JudgedApplication {
  const { directory, config, files } = application
  const judge = createJudge(resolve, guards)
  const pageExtensions = readPageExtensions(config) ?? defaultPageExtensions
  const proxy = readProxy(application, pageExtensions)
  const crons = readCrons(directory)
  const found = judgeHandlers(application, pageExtensions, judge, resolve)
  const { handlers, remarks } = judgeProxy(found, proxy, judge)
  const guarded = handlers
    .filter(({ kind, verdict }) => kind === 'app' && verdict === 'guarded')
    .map(({ name, route }) => ({ route, label: `${name} ${route}` }))
  return {
    directory,
    proxy: proxy?.file ?? null,
    crons,
    handlers,
    unreadable: [...judge.unreadable],
    remarks: [
      ...handlers.flatMap((handler) => remarksOf(handler, crons.has(handler.route))),
      ...remarks,
      ...findReplacedHeaders(config, guarded),
      ...findPublicSecrets(files),
    ],
  }
}

/** The paths that `vercel.json` calls on a schedule. */
function readCrons(directory: string): ReadonlySet<string> {
  const crons = readMember(parseData(readText(join(directory, 'vercel.json')) ?? ''), 'crons')
  const paths = isList(crons) ? crons.map((cron) => readMember(cron, 'path')) : []
  return new Set(paths.flatMap((path) => (typeof path === 'string' ? [path.split('?')[0] ?? path] : [])))
}
