import type { AssignmentExpression, BindingPattern, Declaration, Expression, Program, Statement } from 'oxc-parser'

import { propertyName } from '../parse/property-name.ts'
import type { ExportTarget } from './module.ts'

/** The exports of a file, as `import` and `require` see them. */
export interface Exports {
  readonly named: ReadonlyMap<string, ExportTarget>
  readonly stars: readonly string[]
}

/** Reads every form of export of a file. Types are left out. */
export function readExports(program: Program): Exports {
  const named = new Map<string, ExportTarget>()
  const stars: string[] = []
  for (const statement of program.body) {
    if (statement.type === 'ExportAllDeclaration' && statement.exportKind !== 'type') {
      if (statement.exported === null) stars.push(statement.source.value)
      else named.set(nameOf(statement.exported), { kind: 'import', specifier: statement.source.value, name: '*' })
    } else readStatement(statement, named)
  }
  return { named, stars }
}

function readStatement(statement: Statement, named: Map<string, ExportTarget>): void {
  if (statement.type === 'ExportNamedDeclaration' && statement.exportKind !== 'type') {
    for (const { local, exported, exportKind } of statement.specifiers) {
      if (exportKind === 'type') continue
      const name = nameOf(local)
      const { source } = statement
      named.set(
        nameOf(exported),
        source === null ? { kind: 'local', name } : { kind: 'import', specifier: source.value, name },
      )
    }
    if (statement.declaration !== null) {
      for (const name of declaredNames(statement.declaration)) named.set(name, { kind: 'local', name })
    }
  } else if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement
    if (declaration.type === 'Identifier') named.set('default', { kind: 'local', name: declaration.name })
    else if (declaration.type !== 'TSInterfaceDeclaration') named.set('default', { kind: 'node', node: declaration })
  } else if (statement.type === 'ExpressionStatement') {
    readAssignment(statement.expression, named)
  } else if (statement.type === 'TSExportAssignment') {
    addWhole(statement.expression, named)
  }
}

const nameOf = (node: { type: string; name?: string; value?: unknown }): string => node.name ?? String(node.value)

/** `module.exports = …`, `exports.GET = …`, also several at once: `module.exports = exports.default = …`. */
function readAssignment(node: Expression, named: Map<string, ExportTarget>): void {
  const names: string[] = []
  let value = node
  for (; value.type === 'AssignmentExpression' && value.operator === '='; value = value.right) {
    const name = exportedName(value.left)
    if (name !== null) names.push(name)
  }
  for (const name of names) {
    if (name === '*') addWhole(value, named)
    else named.set(name, { kind: 'node', node: value })
  }
}

function addWhole(value: Expression, named: Map<string, ExportTarget>): void {
  named.set('default', { kind: 'node', node: value })
  if (value.type !== 'ObjectExpression') return
  for (const property of value.properties) {
    const name = property.type === 'Property' ? propertyName(property) : null
    if (property.type === 'Property' && name !== null) named.set(name, { kind: 'node', node: property.value })
  }
}

/** `*` for `module.exports`. Null if the target is something else. */
function exportedName(target: AssignmentExpression['left']): string | null {
  if (target.type !== 'MemberExpression') return null
  const name = propertyName({ key: target.property, computed: target.computed })
  const { object } = target
  if (object.type === 'Identifier') {
    if (object.name === 'module' && name === 'exports') return '*'
    return object.name === 'exports' ? name : null
  }
  return object.type === 'MemberExpression' && exportedName(object) === '*' ? name : null
}

/** The names that a declaration introduces. */
function declaredNames(declaration: Declaration): readonly string[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => patternNames(id))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return declaration.id === null ? [] : [declaration.id.name]
    case 'TSEnumDeclaration':
      return [declaration.id.name]
    default:
      return []
  }
}

/** The names in a pattern, as in `const { GET, POST: [a] } = …`. */
export function patternNames(pattern: BindingPattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) =>
        element === null ? [] : patternNames(element.type === 'RestElement' ? element.argument : element),
      )
  }
}
