import type { Statement } from 'oxc-parser'

import { describeClass } from './evaluate/classes.ts'
import { closureOf } from './evaluate/closures.ts'
import type { Context } from './machine.ts'
import { createScope, declare, declareLazily } from './scope.ts'
import { patternNames } from './read-exports.ts'
import { isVariable, type Value, unite, unknownValue, valueOf } from './values/value.ts'

/** Declares the names of a file. Their values are computed when they are first asked for. */
export function declareModule(context: Context): void {
  const { body } = context.module.program
  for (const statement of body) declareStatement(statement, context)
  for (const statement of body) {
    if (statement.type !== 'IfStatement' || !alwaysThrows(statement.consequent)) continue
    const { no } = context.machine.branch(statement.test, context)
    for (const name of no.known) context.module.known.add(name)
  }
}

/** `if (!secret) throw …` at the top of a file: without the variable, nothing in the file runs. */
function alwaysThrows(statement: Statement): boolean {
  if (statement.type === 'BlockStatement') return statement.body.some(alwaysThrows)
  return statement.type === 'ThrowStatement'
}

function declareStatement(statement: Statement, context: Context): void {
  const { scope, module, machine } = context
  switch (statement.type) {
    case 'ImportDeclaration':
      if (statement.importKind === 'type') return
      for (const specifier of statement.specifiers) {
        const name = importedName(specifier)
        declareLazily(
          scope,
          specifier.local.name,
          () => machine.importFrom(module, statement.source.value, name),
          unknownValue,
        )
      }
      return
    case 'FunctionDeclaration':
      if (statement.id !== null)
        declare(scope, statement.id.name, valueOf({ functions: [closureOf(statement, context)] }))
      return
    case 'ClassDeclaration':
      if (statement.id !== null)
        declareLazily(scope, statement.id.name, () => describeClass(statement, context), unknownValue)
      return
    case 'VariableDeclaration':
      for (const { id, init } of statement.declarations) {
        for (const name of patternNames(id)) {
          const compute = (): Value => {
            if (init === null) return unknownValue
            const inner = { ...context, scope: createScope(scope), path: { ...context.path } }
            const given = machine.evaluate(init, context)
            const value = statement.kind === 'const' ? given : { ...given, flags: given.flags | isVariable }
            machine.bind(id, value, inner)
            return withRegistrations(inner.scope.bindings.get(name)?.read() ?? unknownValue, name, context)
          }
          declareLazily(scope, name, compute, unknownValue)
        }
      }
      return
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      if (statement.declaration !== null && isStatement(statement.declaration))
        declareStatement(statement.declaration, context)
      break
    default:
  }
}

const isStatement = (node: { type: string }): node is Statement =>
  node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration' || node.type === 'VariableDeclaration'

type Specifier = Extract<Statement, { type: 'ImportDeclaration' }>['specifiers'][number]

function importedName(specifier: Specifier): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default'
  if (specifier.type === 'ImportNamespaceSpecifier') return '*'
  const { imported } = specifier
  return imported.type === 'Literal' ? imported.value : imported.name
}

/** What a file registers in a router of a package, as in `router.use(requireUser)`, belongs to the router. */
function withRegistrations(value: Value, name: string, context: Context): Value {
  if (value.external === null) return value
  const registered = context.module.program.body.flatMap((statement) => {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') return []
    const { callee, arguments: args } = statement.expression
    if (rootName(callee) !== name) return []
    return args.flatMap((arg) =>
      arg.type === 'SpreadElement'
        ? [context.machine.evaluate(arg.argument, context)]
        : [context.machine.evaluate(arg, context)],
    )
  })
  if (registered.length === 0) return value
  const flat = registered.flatMap((item) => [item, ...(item.members?.values() ?? [])])
  return { ...value, functions: [...value.functions, ...unite([valueOf({}), ...flat]).functions] }
}

function rootName(node: { type: string; object?: unknown; callee?: unknown; name?: unknown }): string | null {
  let current: typeof node = node
  while (true) {
    const next =
      current.type === 'MemberExpression' ? current.object : current.type === 'CallExpression' ? current.callee : null
    if (!isNode(next)) break
    current = next
  }
  return current.type === 'Identifier' && typeof current.name === 'string' ? current.name : null
}

const isNode = (value: unknown): value is { type: string; object?: unknown; callee?: unknown; name?: unknown } =>
  typeof value === 'object' && value !== null && 'type' in value
