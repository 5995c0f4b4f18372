import type { Expression, LogicalExpression } from 'oxc-parser'

import type { Branches, Condition, Context } from '../machine.ts'
import { continueAs, forkPath, mergePaths, type Path } from '../path.ts'
import { betterGuard, type Hole } from '../values/guard.ts'
import type { SecretUse } from '../values/parts.ts'
import {
  fromRequest,
  isEnvironment,
  isFalsy,
  isObject,
  mayBeMissing,
  mayBeNull,
  truthOf,
  unite,
  type Value,
} from '../values/value.ts'

/** Evaluates a condition in the order of the program, with what each part says about the other. */
export function evaluateCondition(node: Expression, context: Context): Condition {
  if (node.type === 'UnaryExpression' && node.operator === '!') {
    const { value, yes, no, either } = context.machine.branch(node.argument, context)
    return { value: negate(value), yes: no, no: yes, either }
  }
  if (node.type === 'LogicalExpression' && node.operator !== '??') return evaluateLogical(node, context)
  const value = context.machine.evaluate(node, context)
  return { value, ...branchesOf(value, node, context) }
}

const negated = (value: Value): Value['literal'] => (truthOf(value) === true ? { value: false } : null)

/** The value of `!value`. */
export function negate(value: Value): Value {
  const literal = value.literal === null ? null : { value: !value.literal.value }
  const isSecret = value.secrets.length > 0 && value.guard === null
  const polarity = value.polarity === 0 ? (isSecret ? -1 : 0) : value.polarity === 1 ? -1 : 1
  const flags = value.flags & ~isObject
  return {
    ...value,
    flags,
    literal: literal ?? negated(value),
    polarity,
    role: null,
    functions: [],
    members: null,
    external: null,
  }
}

function evaluateLogical(node: LogicalExpression, context: Context): Condition {
  const left = context.machine.branch(node.left, context)
  const before = forkPath(context.path)
  const isAnd = node.operator === '&&'
  const path = forkPath(isAnd ? left.yes : left.no)
  const right = context.machine.branch(node.right, { ...context, path })
  const yes = isAnd ? right.yes : joinPaths(before, left.yes, right.yes, path)
  const no = isAnd ? joinPaths(before, left.no, right.no, path) : right.no
  const either = betterGuard(left.either, right.either)
  continueAs(context.path, mergePaths(before, forkPath(yes), forkPath(no)))
  return { value: valueOfLogical(left, right, { yes, no, either }, before, isAnd), yes, no, either }
}

const joinPaths = (before: Path, left: Path, right: Path, end: Path): Path =>
  end.isDead ? forkPath(left) : mergePaths(before, left, right)

function valueOfLogical(left: Condition, right: Condition, branches: Branches, before: Path, isAnd: boolean): Value {
  const base = isAnd
    ? { ...right.value, flags: right.value.flags | left.value.flags }
    : uniteAlternatives(left.value, right.value)
  const { yes, no, either } = branches
  if (yes.guard !== null && yes.guard !== before.guard) return { ...base, guard: yes.guard, polarity: 1 }
  if (no.guard !== null && no.guard !== before.guard) return { ...base, guard: no.guard, polarity: -1 }
  if (either !== null) return { ...base, guard: either, polarity: 0 }
  return { ...base, guard: null }
}

const missingFlag = ({ literal }: Value): number => {
  if (literal === null) return 0
  return literal.value === undefined ? mayBeMissing : literal.value === null ? mayBeNull : 0
}

/** The value of `left || right` or `left ?? right`. */
export function uniteAlternatives(left: Value, right: Value): Value {
  const both = unite([left, right])
  const united =
    right.literal === null ? both : { ...both, flags: (both.flags & ~(mayBeMissing | mayBeNull)) | missingFlag(right) }
  if (left.secrets.length === 0 || right.literal === null) return united
  const form = isFalsy(right) ? 'empty' : 'default'
  return {
    ...united,
    literal: null,
    secrets: left.secrets.map((use) => (use.form === 'plain' ? { ...use, form } : use)),
  }
}

/** The two ways that a value decides about. */
export function branchesOf(value: Value, node: Expression, context: Context): Branches {
  const yes = forkPath(context.path)
  const no = forkPath(context.path)
  if (value.guard !== null) {
    if (value.polarity === 1) yes.guard = betterGuard(yes.guard, value.guard)
    if (value.polarity === -1) no.guard = betterGuard(no.guard, value.guard)
    return { yes, no, either: value.polarity === 0 ? value.guard : null }
  }
  const truth = truthOf(value)
  if (truth !== null) {
    yes.isDead = !truth
    no.isDead = truth
    return { yes, no, either: null }
  }
  const hole = (rule: string, subject: string): Hole => ({
    rule,
    subject,
    file: context.module.file,
    start: node.start,
  })
  if ((value.flags & isEnvironment) !== 0) {
    yes.hole = hole('skipped-by-environment', '')
    no.hole = yes.hole
    if (value.polarity === 1) yes.isDevelopment = true
    if (value.polarity === -1) no.isDevelopment = true
  } else if (value.secrets.length > 0 && (value.flags & fromRequest) === 0) {
    const [set, unset] = value.polarity === -1 ? [no, yes] : [yes, no]
    set.known = new Set([...set.known, ...value.secrets.map(({ name }: SecretUse) => name)])
    unset.hole = hole('checked-only-when-set', value.secrets[0]?.name ?? '')
  } else if ((value.flags & fromRequest) === 0) {
    yes.isSoft = true
    no.isSoft = true
  }
  return { yes, no, either: null }
}
