import type { BinaryExpression, PrivateInExpression, TemplateLiteral } from 'oxc-parser'

import type { Context } from '../machine.ts'
import {
  derive,
  isVariable,
  literalOf,
  mayBeMissing,
  mayBeNull,
  unknownValue,
  type Value,
  valueOf,
} from '../values/value.ts'
import { compare, compareChecked, compareEnvironment } from './compare.ts'
import { negate } from './conditions.ts'

/** The value of a template. A variable that is unset becomes the text `undefined` in it. */
export function evaluateTemplate(node: TemplateLiteral, context: Context): Value {
  const parts = node.expressions.map((part) => context.machine.evaluate(part, context))
  const [only] = node.quasis
  if (parts.length === 0) return literalOf(only?.value.cooked ?? '')
  return asText(parts)
}

/** The value of texts that are put together. */
export function asText(parts: readonly Value[]): Value {
  const value = derive(parts)
  const flags = value.flags & ~(mayBeMissing | mayBeNull)
  return {
    ...value,
    flags,
    secrets: value.secrets.map((use) => (use.form === 'plain' ? { ...use, form: 'text' } : use)),
  }
}

/** The value of `left + right`, `left === right` and the like. */
export function evaluateBinary(node: BinaryExpression | PrivateInExpression, context: Context): Value {
  if (node.left.type === 'PrivateIdentifier') return unknownValue
  const left = context.machine.evaluate(node.left, context)
  const right = context.machine.evaluate(node.right, context)
  switch (node.operator) {
    case '===':
    case '==':
      return evaluateEquality(left, right, node.operator === '===', node.start, context)
    case '!==':
    case '!=':
      return negate(evaluateEquality(left, right, node.operator === '!==', node.start, context))
    case '+':
      return addition(left, right)
    case 'instanceof':
    case 'in': {
      const checked = node.operator === 'in' ? right : left
      if (checked.guard === null) return derive([left, right])
      const isFailure = node.operator === 'in' ? /error/i.test(String(left.literal?.value)) : isFailureClass(right)
      return valueOf({ guard: checked.guard, polarity: isFailure ? -1 : 0 })
    }
    default: {
      const value = derive([left, right])
      return value.guard === null ? value : { ...value, polarity: 0 }
    }
  }
}

const isFailureClass = ({ external }: Value): boolean => /Response$|Error$/.test(external?.path ?? '')

/** Whether a value is the same text, number and so on whenever the code runs. */
export const isConstant = ({ literal, flags, guard }: Value): boolean =>
  literal !== null && guard === null && (flags & isVariable) === 0

function addition(left: Value, right: Value): Value {
  const texts = [left.literal?.value, right.literal?.value]
  if (texts.every((text) => typeof text === 'string')) return literalOf(texts.join(''))
  return asText([left, right])
}

function evaluateEquality(left: Value, right: Value, isStrict: boolean, start: number, context: Context): Value {
  if (isConstant(left) && isConstant(right)) return literalOf(left.literal?.value === right.literal?.value)
  const found =
    compareChecked(left, right) ??
    compare({ left, right, start, form: isStrict ? 'strict' : 'loose' }, context) ??
    compareEnvironment(left, right)
  if (found !== null) return found
  return valueOf({ flags: (left.flags | right.flags) & ~(mayBeMissing | mayBeNull) })
}
