import { parseFile } from '../parse/parse-file.ts'
import type { Resolve } from '../resolve/create-resolver.ts'
import { readText } from '../resolve/read-file.ts'
import { createCaller } from './call-closure.ts'
import { evaluateCondition } from './evaluate/conditions.ts'
import { evaluateExpression } from './evaluate/expressions.ts'
import { bindPattern } from './evaluate/patterns.ts'
import { executeStatements } from './evaluate/statements.ts'
import { declareModule } from './declare-module.ts'
import type { Context, Machine } from './machine.ts'
import type { ExportTarget, Module } from './module.ts'
import { createPath, forkPath } from './path.ts'
import { readExports } from './read-exports.ts'
import { createScope, findBinding } from './scope.ts'
import { unknownValue, type Value, valueOf } from './values/value.ts'
import { closureOf } from './evaluate/closures.ts'

/** The evaluation of a code base. */
export interface Judge {
  readonly machine: Machine
  /** Parses a file once. Null if it cannot be read. */
  readonly load: (file: string) => Module | null
  /** Starts with the handlers of a file, and gives the next one its steps. */
  readonly restart: (file: string) => void
  /** Files that could not be read or parsed. */
  readonly unreadable: ReadonlySet<string>
  /** The context of the statements of a file. */
  readonly contextOf: (module: Module) => Context
}

// A handler that needs more steps than this is judged by those that were taken.
const maximumSteps = 4000

// Deeper than any code that people write, and safe for the stack.
const maximumNesting = 700

const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g

/** Creates what evaluates the code of a code base, each file parsed when it is first needed. */
export function createJudge(resolve: Resolve, ownGuards: readonly string[]): Judge {
  const modules = new Map<string, Module | null>()
  const unreadable = new Set<string>()
  let steps = 0
  let handlerFile = ''
  let reads = 0
  let nesting = 0

  function load(file: string): Module | null {
    const known = modules.get(file)
    if (known !== undefined) return known
    const source = readText(file)
    if (source === null) {
      unreadable.add(file)
      modules.set(file, null)
      return null
    }
    const { program } = parseFile(file, source)
    if (program.body.length === 0 && /[a-z]/.test(source.replaceAll(comments, ''))) unreadable.add(file)
    const { named, stars } = readExports(program)
    const unit: Module = {
      file,
      program,
      scope: createScope(null),
      exported: named,
      starExports: stars,
      known: new Set(),
    }
    modules.set(file, unit)
    declareModule(contextOf(unit))
    return unit
  }

  const contextOf = (module: Module): Context => ({
    machine,
    module,
    scope: module.scope,
    frame: { exits: [], effects: [], remarks: [] },
    path: createPath(module.known),
    depth: 0,
    self: null,
  })

  const reading = new Set<string>()

  function readExport(file: string, name: string): Value | null {
    const unit = load(file)
    const key = `${file}#${name}`
    if (unit === null || reading.has(key)) return null
    reading.add(key)
    try {
      const target = unit.exported.get(name)
      if (target !== undefined) return readTarget(unit, target)
      if (name === 'default') return null
      for (const specifier of unit.starExports) {
        const next = resolve(file, specifier)
        const value = next === null ? null : readExport(next, name)
        if (value !== null) return value
      }
      return null
    } finally {
      reading.delete(key)
    }
  }

  function readTarget(module: Module, target: ExportTarget): Value {
    switch (target.kind) {
      case 'local':
        return findBinding(module.scope, target.name)?.read() ?? valueOf({})
      case 'import':
        return importFrom(module, target.specifier, target.name)
      case 'node': {
        const { node } = target
        const context = contextOf(module)
        return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression'
          ? valueOf({ functions: [closureOf(node, context)] })
          : machine.evaluate(node, context)
      }
    }
  }

  function importFrom(module: Module, specifier: string, name: string): Value {
    const file = resolve(module.file, specifier)
    if (ownGuards.includes(name) || ownGuards.includes(`${specifier}#${name}`)) {
      return valueOf({ external: { package: specifier, path: name } })
    }
    if (file === null) return valueOf({ external: { package: specifier, path: name === '*' ? '' : name } })
    if (name === '*') return valueOf({ external: { package: `file:${file}`, path: '' } })
    const found = readExport(file, name)
    return found ?? valueOf({ external: { package: specifier, path: name } })
  }

  function nest<Result>(run: () => Result, fallback: Result): Result {
    if (nesting > maximumNesting) return fallback
    nesting += 1
    try {
      return run()
    } finally {
      nesting -= 1
    }
  }

  const machine: Machine = {
    evaluate: (node, context) => nest(() => evaluateExpression(node, context), unknownValue),
    branch: (node, context) =>
      nest(() => evaluateCondition(node, context), {
        value: unknownValue,
        yes: context.path,
        no: forkPath(context.path),
        either: null,
      }),
    execute: (statements, context) => nest(() => executeStatements(statements, context), undefined),
    bind: bindPattern,
    call: createCaller(),
    readExport,
    importFrom,
    isOwnGuard: (specifier, name) => ownGuards.includes(name) || ownGuards.includes(`${specifier}#${name}`),
    isHandlerFile: (file) => file === handlerFile,
    routeReads: (isRead = false) => {
      if (isRead) reads += 1
      return reads
    },
    spend() {
      steps += 1
      return steps <= maximumSteps
    },
  }

  return {
    machine,
    load,
    unreadable,
    contextOf,
    restart: (file) => {
      steps = 0
      handlerFile = file
    },
  }
}
