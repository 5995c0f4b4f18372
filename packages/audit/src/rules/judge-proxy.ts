import type { JudgedHandler } from '../judge-handlers.ts'
import type { Proxy } from '../inventory/read-proxy.ts'
import type { Judge } from '../judge/create-machine.ts'
import { judgeHandler } from '../judge/judge-handler.ts'
import { type Value, valueOf } from '../judge/values/value.ts'
import type { Remark } from './collect-findings.ts'

/** What the proxy of an application means for its open handlers. */
export interface ProxyJudgement {
  readonly handlers: readonly JudgedHandler[]
  readonly remarks: readonly Remark[]
}

/**
 * Judges the proxy for the path of each open handler. If it refuses strangers there, the handler has a guard, although only one. If the proxy
 * refuses strangers somewhere, but its matcher leaves the path out, that is worth saying.
 */
export function judgeProxy(handlers: readonly JudgedHandler[], proxy: Proxy | null, judge: Judge): ProxyJudgement {
  const unit = proxy === null ? null : judge.load(proxy.file)
  if (proxy === null || unit === null) return { handlers, remarks: [] }
  const value = ['proxy', 'middleware', 'default']
    .map((name) => judge.machine.readExport(proxy.file, name))
    .find((found) => found !== null)
  if (value === undefined || value === null) return { handlers, remarks: [] }
  const guardOf = (route: string, name: string): JudgedHandler['guard'] => {
    const { guard, verdict } = judgeHandler(withCheck(value), { kind: 'app', name, route }, unit, judge)
    return verdict === 'guarded' && guard?.isConditional !== true ? guard : null
  }
  const remarks: Remark[] = []
  const judged = handlers.map((handler) => {
    const { verdict, kind, route, name, file, start } = handler
    if (kind === 'server-function' || (verdict !== 'open-acts' && verdict !== 'open-reads')) return handler
    const guard = guardOf(route, name)
    if (guard === null) return handler
    const label = `${name} ${route}`
    if (!proxy.matches(route)) {
      remarks.push({ rule: 'matcher-misses', file: proxy.file, start: proxy.start, subject: route, handler: label })
      return handler
    }
    remarks.push({ rule: 'proxy-only', file, start, subject: guard.name, handler: label })
    return { ...handler, verdict: 'guarded' as const, guard, effects: [] }
  })
  return { handlers: judged, remarks }
}

/** `clerkMiddleware(async (auth, request) => …)` gets its functions from the library. */
function withCheck(value: Value): Value {
  return value.external === null
    ? value
    : {
        ...value,
        external: null,
        functions: value.functions.length === 0 ? [] : value.functions,
        guard: value.guard ?? valueOf({}).guard,
      }
}
