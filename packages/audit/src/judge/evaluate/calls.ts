import type { Argument, CallExpression, Expression, NewExpression, TaggedTemplateExpression } from 'oxc-parser'

import { propertyName } from '../../parse/property-name.ts'
import { findKnownGuard } from '../known/guards.ts'
import { effectOfName, effectOfSql } from '../known/effects.ts'
import { requestCall } from '../known/request.ts'
import type { Context, EffectKind } from '../machine.ts'
import { forkPath } from '../path.ts'
import {
  derive,
  fromRequest,
  isCredential,
  isDerived,
  unite,
  unknownValue,
  type Value,
  valueOf,
} from '../values/value.ts'
import { callExternal, type ExternalCall, newExternal } from './external-calls.ts'
import { elementOf, memberOf } from './members.ts'
import { memberName } from './member-name.ts'
import { callMethod } from './methods.ts'
import { addEffect, runFunctions, runInSequence } from './run-functions.ts'
import { callResponse } from './responses.ts'

/** Evaluates arguments. Those of a spread are not told apart. */
function evaluateArguments(nodes: readonly Argument[], context: Context): readonly Value[] {
  return nodes.map((node) => {
    if (node.type !== 'SpreadElement') return context.machine.evaluate(node, context)
    const value = context.machine.evaluate(node.argument, context)
    return value.members === null ? value : unite([...value.members.values()])
  })
}

function strip(node: Expression): Expression {
  let inner = node
  while (
    inner.type === 'TSNonNullExpression' ||
    inner.type === 'TSAsExpression' ||
    inner.type === 'ChainExpression' ||
    inner.type === 'TSInstantiationExpression'
  ) {
    inner = inner.expression
  }
  return inner
}

/** Evaluates a call. */
export function evaluateCall(node: CallExpression, context: Context): Value {
  const callee = strip(node.callee)
  if (callee.type === 'MemberExpression') return evaluateMethodCall(node, callee, context)
  if (callee.type === 'Super') return unknownValue
  const target = context.machine.evaluate(callee, context)
  const args = evaluateArguments(node.arguments, context)
  if (target.external?.package === 'global' && target.external.path === 'require') {
    const name = args[0]?.literal?.value
    return typeof name === 'string' ? context.machine.importFrom(context.module, name, '*') : unknownValue
  }
  return callValue(
    target,
    { args, start: node.start, receiver: null, name: callee.type === 'Identifier' ? callee.name : '' },
    context,
  )
}

interface Call extends ExternalCall {
  readonly name: string
}

function callValue(target: Value, call: Call, context: Context): Value {
  const { external } = target
  if (external !== null) {
    if (isPutTogether(target, call) && findKnownGuard(external) === null)
      return runInSequence(target.functions, call.args, context)
    return callExternal(external, call, context, target)
  }
  if (target.functions.length > 0) return runFunctions(target.functions, call.args, context, call.receiver)
  return callUnknown(target, call, context)
}

/** Whether a library has made a function of those of the code base, as in `cache(async () => …)` or a chain of middleware. */
function isPutTogether({ functions, external }: Value, { args, receiver }: Call): boolean {
  if (functions.length === 0 || external === null || args.some((arg) => arg.functions.length > 0)) return false
  if (args.some(({ role }) => role === 'request' || role === 'response')) return true
  return receiver === null && external.path.endsWith(')') && !external.package.startsWith('uploadthing')
}

/** A function of which nothing is known may call those that it gets. */
function callUnknown(target: Value, { args }: Call, context: Context): Value {
  const results = args.map((arg) => (arg.functions.length === 0 ? arg : runFunctions(arg.functions, [], context, null)))
  const value = derive([target, ...results])
  return (value.flags & fromRequest) === 0 ? value : { ...value, flags: value.flags | isDerived }
}

type Member = Extract<Expression, { type: 'MemberExpression' }>

function evaluateMethodCall(node: CallExpression, callee: Member, context: Context): Value {
  const name = memberName(callee, context) ?? ''
  const { path } = context
  const before = path.guard
  const receiver = context.machine.evaluate(callee.object, context)
  // What throws in `verify(token).catch(() => null)` does not end the handler.
  if (name === 'catch' || (name === 'then' && node.arguments.length === 2)) {
    path.guard = before
    path.isDead = false
  }
  const args = evaluateArguments(node.arguments, context)
  const call: Call = { args, start: node.start, receiver, name }
  if (name === '') return callValue(elementOf(receiver), call, context)
  const result =
    requestCall(receiver, name, args) ??
    callResponse(receiver, name, args, context, node.start) ??
    callOwn(receiver, call, context, callee.start) ??
    callMethod(receiver, name, args, node.start, context)
  if (result !== null) return result
  // What a handler sets in a request or a response of its own is not kept.
  if (receiver.role === null) addNamedEffect(callee.object, call, context)
  return callUnknown(receiver, call, context)
}

/** A method that the code base or a package defines. */
function callOwn(receiver: Value, call: Call, context: Context, start: number): Value | null {
  if (receiver.external?.package === 'global' || isPromiseMethod(receiver, call.name))
    return callGlobal(receiver, call, context)
  const target = memberOf(receiver, call.name, context, start)
  if (target.external === null && target.functions.length === 0) return null
  return callValue(target, call, context)
}

const isPromiseMethod = ({ external }: Value, name: string): boolean =>
  external === null && /^(?:then|catch|finally)$/.test(name)

function callGlobal(receiver: Value, call: Call, context: Context): Value | null {
  if (receiver.external === null) return null
  const path = `${receiver.external.path}.${call.name}`
  return callExternal({ package: 'global', path }, call, context, receiver)
}

function addNamedEffect(object: Expression, { name, args, start }: Call, context: Context): void {
  const text = args[0]?.literal?.value
  const sql =
    typeof text === 'string' && /^(?:query|execute|exec|run|all|get|unsafe|prepare|raw)$/.test(name)
      ? effectOfSql(text)
      : null
  const kind: EffectKind | null = sql ?? effectOfName(firstName(object), name)
  if (kind !== null) addEffect({ kind, name: `${name}()`, start }, context)
}

/** The name at the start of a chain, as `prisma` in `prisma.user.create`, or the first property of `this`. */
function firstName(node: Expression): string | null {
  let property: string | null = null
  for (let current = strip(node); ;) {
    if (current.type === 'Identifier') return current.name
    if (current.type === 'CallExpression') current = strip(current.callee)
    else if (current.type === 'MemberExpression') {
      property = propertyName({ key: current.property, computed: current.computed })
      current = strip(current.object)
    } else return property
  }
}

/** Evaluates `new X(…)`. */
export function evaluateNew(node: NewExpression, context: Context): Value {
  const target = context.machine.evaluate(node.callee, context)
  const args = evaluateArguments(node.arguments, context)
  if (target.external !== null) return newExternal(target.external, { args, start: node.start, receiver: null })
  const given = derive(args)
  return {
    ...given,
    members: target.members,
    functions: target.members === null ? args.flatMap(({ functions }) => functions) : [],
  }
}

/** Evaluates a template with a tag, such as a statement in SQL. */
export function evaluateTagged(node: TaggedTemplateExpression, context: Context): Value {
  const tag = context.machine.evaluate(node.tag, context)
  const parts = node.quasi.expressions.map((part) => context.machine.evaluate(part, context))
  const kind = effectOfSql(node.quasi.quasis.map(({ value }) => value.raw).join(' ? '))
  const { flags } = derive(parts)
  if (kind === null && tag.external === null) return derive(parts)
  if (kind !== null) addEffect({ kind, name: `SQL`, start: node.start }, { ...context, path: forkPath(context.path) })
  const at = { file: context.module.file, start: node.start }
  const isLookUp = kind !== null && (flags & isCredential) !== 0
  return valueOf({
    flags: isDerived,
    external: tag.external === null ? null : { package: tag.external.package, path: `${tag.external.path}()` },
    guard: isLookUp
      ? { ...at, name: 'a look-up with a credential of the caller', holes: [], isConditional: false }
      : null,
    polarity: isLookUp ? 1 : 0,
  })
}
