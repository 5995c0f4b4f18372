import type { AssignmentExpression, Expression, MemberExpression, ObjectExpression } from 'oxc-parser'

import { propertyName } from '../../parse/property-name.ts'
import type { Context } from '../machine.ts'
import { continueAs, forkPath, mergePaths } from '../path.ts'
import { findBinding } from '../scope.ts'
import {
  derive,
  fromRequest,
  isDerived,
  isObject,
  literalOf,
  mayBeMissing,
  undefinedValue,
  unite,
  unknownValue,
  type Value,
  valueOf,
} from '../values/value.ts'
import { evaluateCall, evaluateNew, evaluateTagged } from './calls.ts'
import { describeClass } from './classes.ts'
import { closureOf } from './closures.ts'
import { branchesOf, evaluateCondition, negate, uniteAlternatives } from './conditions.ts'
import { memberName } from './member-name.ts'
import { elementOf, memberOf } from './members.ts'
import { evaluateBinary, evaluateTemplate } from './operators.ts'

/** The value of an expression. What it calls is run. */
export function evaluateExpression(node: Expression, context: Context): Value {
  const { machine } = context
  const evaluate = (part: Expression): Value => machine.evaluate(part, context)
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'object' && node.value !== null ? unknownValue : literalOf(plain(node.value))
    case 'TemplateLiteral':
      return evaluateTemplate(node, context)
    case 'Identifier':
      return readName(node.name, context)
    case 'ThisExpression':
      return context.self ?? unknownValue
    case 'AwaitExpression':
      return evaluate(node.argument)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
      return evaluate(node.expression)
    case 'ChainExpression':
      return evaluate(node.expression)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return valueOf({ functions: [closureOf(node, context)], flags: isObject })
    case 'ClassExpression':
    case 'ClassDeclaration':
      return describeClass(node, context)
    case 'CallExpression':
      return evaluateCall(node, context)
    case 'NewExpression':
      return evaluateNew(node, context)
    case 'TaggedTemplateExpression':
      return evaluateTagged(node, context)
    case 'ImportExpression': {
      const { literal } = evaluate(node.source)
      return typeof literal?.value === 'string' ? machine.importFrom(context.module, literal.value, '*') : unknownValue
    }
    case 'MemberExpression':
      return evaluateMember(node, context)
    case 'ObjectExpression':
      return evaluateObject(node, context)
    case 'ArrayExpression': {
      const items = node.elements.map((item) =>
        item === null ? undefinedValue : evaluate(item.type === 'SpreadElement' ? item.argument : item),
      )
      return { ...derive(items), members: new Map(items.map((item, index) => [String(index), item])) }
    }
    case 'BinaryExpression':
      return evaluateBinary(node, context)
    case 'LogicalExpression':
      if (node.operator === '??') return evaluateCoalesce(node.left, node.right, context)
      return evaluateCondition(node, context).value
    case 'UnaryExpression': {
      const value = evaluate(node.argument)
      return node.operator === '!' ? negate(value) : node.operator === 'void' ? undefinedValue : derive([value])
    }
    case 'ConditionalExpression': {
      const before = forkPath(context.path)
      const { yes, no } = evaluateCondition(node.test, context)
      const left = machine.evaluate(node.consequent, { ...context, path: yes })
      const right = machine.evaluate(node.alternate, { ...context, path: no })
      continueAs(context.path, mergePaths(before, yes, no))
      return uniteBranches(left, right, yes, no, before)
    }
    case 'SequenceExpression':
      return node.expressions.map(evaluate).at(-1) ?? undefinedValue
    case 'AssignmentExpression':
      return assign(node, context)
    case 'YieldExpression':
      return node.argument === null ? undefinedValue : evaluate(node.argument)
    default:
      return unknownValue
  }
}

const plain = (value: string | number | boolean | bigint | RegExp | null): string | number | boolean | null =>
  typeof value === 'bigint' ? Number(value) : value instanceof RegExp ? '' : value

type Way = ReturnType<typeof forkPath>

/** `session ? session.user : null`: what one way has checked is known of the value, if the other way gives nothing. */
function uniteBranches(left: Value, right: Value, yes: Way, no: Way, before: Way): Value {
  const united = unite([left, right])
  if (united.guard !== null) return united
  const gained =
    yes.guard !== before.guard && yes.guard !== null ? yes.guard : no.guard !== before.guard ? no.guard : null
  return gained === null || united.literal !== null
    ? united
    : { ...united, guard: gained, polarity: no.guard === gained ? -1 : 1 }
}

function evaluateCoalesce(left: Expression, right: Expression, context: Context): Value {
  const first = context.machine.evaluate(left, context)
  const before = forkPath(context.path)
  const { yes } = branchesOf(first, left, context)
  const second = context.machine.evaluate(right, context)
  continueAs(context.path, mergePaths(before, { ...before, known: yes.known }, forkPath(context.path)))
  return uniteAlternatives(first, second)
}

function readName(name: string, context: Context): Value {
  const binding = findBinding(context.scope, name)
  if (binding !== null) return binding.read()
  if (name === 'undefined') return undefinedValue
  if (name === 'process') return valueOf({ role: 'process' })
  if (name === 'crypto') return valueOf({ external: { package: 'crypto', path: '' } })
  return valueOf({ external: { package: 'global', path: name } })
}

function evaluateMember(node: MemberExpression, context: Context): Value {
  const object = context.machine.evaluate(node.object, context)
  const name = memberName(node, context)
  if (name === null) return elementOf(object)
  const value = memberOf(object, name, context, node.start)
  const isData = (object.flags & (fromRequest | isDerived)) !== 0
  return node.optional && isData ? { ...value, flags: value.flags | mayBeMissing } : value
}

function evaluateObject(node: ObjectExpression, context: Context): Value {
  const members = new Map<string, Value>()
  let spread = unknownValue
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const value = context.machine.evaluate(property.argument, context)
      spread = unite([spread, { ...value, members: null, role: value.role === 'environment' ? 'environment' : null }])
      for (const [name, member] of value.members ?? []) members.set(name, member)
    } else {
      const name = propertyName(property)
      const value = context.machine.evaluate(property.value, context)
      if (name !== null) members.set(name, value)
    }
  }
  return { ...spread, literal: null, members, flags: spread.flags | isObject }
}

function assign(node: AssignmentExpression, context: Context): Value {
  const value = context.machine.evaluate(node.right, context)
  const { left } = node
  if (left.type === 'Identifier') {
    const binding = findBinding(context.scope, left.name)
    if (binding !== null) {
      const united = unite([binding.read(), value])
      binding.read = () => united
    }
  } else if (left.type === 'MemberExpression') {
    const binding = left.object.type === 'Identifier' ? findBinding(context.scope, left.object.name) : null
    if (binding !== null) {
      const changed = withMember(binding.read(), memberName(left, context), value)
      binding.read = () => changed
    }
  }
  return value
}

/** An object after `object[name] = value`. It may also be the one before, in case the code does not run. */
function withMember(object: Value, name: string | null, value: Value): Value {
  const members = new Map(object.members)
  for (const known of name === null ? members.keys() : [name]) {
    const before = members.get(known)
    members.set(known, before === undefined ? value : unite([before, value]))
  }
  return { ...object, members }
}
