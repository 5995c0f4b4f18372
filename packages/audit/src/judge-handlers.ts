import type { AuditedHandler } from './findings.ts'
import type { Application } from './inventory/find-applications.ts'
import { handlerNames } from './inventory/find-handlers.ts'
import { findRoutes, type RouteFile } from './inventory/find-routes.ts'
import { findInlineServerFunctions, isServerFile } from './inventory/find-server-functions.ts'
import type { Judge } from './judge/create-machine.ts'
import { closureOf } from './judge/evaluate/closures.ts'
import { judgeHandler, type Judgement } from './judge/judge-handler.ts'
import type { Module } from './judge/module.ts'
import { type Value, valueOf } from './judge/values/value.ts'
import type { Resolve } from './resolve/create-resolver.ts'
import { readText } from './resolve/read-file.ts'

/** A handler before it has a place in a report. */
export interface JudgedHandler extends Judgement, Pick<AuditedHandler, 'route' | 'name' | 'kind'> {
  readonly file: string
  /** Offset of the handler in its file. */
  readonly start: number
}

/** Judges all handlers of an application. */
export function judgeHandlers(
  application: Application,
  pageExtensions: readonly string[],
  judge: Judge,
  resolve: Resolve,
): readonly JudgedHandler[] {
  const routes = findRoutes(application, pageExtensions)
  return [...routes.flatMap((route) => judgeRoute(route, judge, resolve)), ...judgeServerFunctions(application, judge)]
}

function judgeRoute({ file, route, router }: RouteFile, judge: Judge, resolve: Resolve): readonly JudgedHandler[] {
  const unit = judge.load(file)
  if (unit === null) return []
  const readStar = (specifier: string): readonly string[] => {
    const target = resolve(file, specifier)
    return target === null ? [] : [...(judge.load(target)?.exported.keys() ?? [])]
  }
  return handlerNames(unit, router, readStar).map((name) => {
    judge.restart(file)
    const value = judge.machine.readExport(file, name) ?? valueOf({})
    return {
      ...judgeHandler(value, { kind: router, name, route }, unit, judge),
      file,
      route,
      name,
      kind: router,
      start: startOf(unit, name, value),
    }
  })
}

/** Where the export is, or else the function behind it, if that is in the same file. */
function startOf(module: Module, name: string, { functions }: Value): number {
  const own = functions.find((closure) => closure.module === module)
  for (const statement of module.program.body) {
    const isDefault = statement.type === 'ExportDefaultDeclaration' && name === 'default'
    if (isDefault) return statement.start
    if (statement.type !== 'ExportNamedDeclaration') continue
    const text = statement.specifiers.some(
      ({ exported }) => ('name' in exported ? exported.name : exported.value) === name,
    )
    const { declaration } = statement
    const isFunction = declaration?.type === 'FunctionDeclaration' && declaration.id?.name === name
    const variable =
      declaration?.type === 'VariableDeclaration' &&
      declaration.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
    if (text || isFunction || variable) return statement.start
  }
  return own?.node.start ?? 0
}

function judgeServerFunctions({ files, directory }: Application, judge: Judge): readonly JudgedHandler[] {
  return files.flatMap((file) => {
    if (!/\.(?:tsx?|jsx?|mjs|mts)$/.test(file) || file.endsWith('.d.ts')) return []
    if (readText(file)?.includes('use server') !== true) return []
    const unit = judge.load(file)
    if (unit === null) return []
    const route = file.slice(directory.length)
    const judgeValue = (name: string, value: Value, start: number): JudgedHandler => ({
      ...judgeHandler(value, { kind: 'server-function', name, route }, unit, judge),
      file,
      route,
      name,
      kind: 'server-function',
      start,
    })
    if (isServerFile(unit.program)) {
      return [...unit.exported.keys()].flatMap((name) => {
        judge.restart(file)
        const value = judge.machine.readExport(file, name)
        return value === null ? [] : [judgeValue(name, value, startOf(unit, name, value))]
      })
    }
    return findInlineServerFunctions(unit.program).map(({ name, node }) =>
      judgeValue(name, valueOf({ functions: [closureOf(node, judge.contextOf(unit))] }), node.start),
    )
  })
}
