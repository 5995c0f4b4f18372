import type { MemberExpression } from 'oxc-parser'

import { propertyName } from '../../parse/property-name.ts'
import type { Context } from '../machine.ts'

/** The name in `object.name`, or in `object[name]` if that is known. Null otherwise. */
export function memberName({ property, computed }: MemberExpression, context: Context): string | null {
  const name = propertyName({ key: property, computed })
  if (name !== null || property.type === 'PrivateIdentifier') return name
  const { literal } = context.machine.evaluate(property, context)
  return literal === null || literal.value === null || literal.value === undefined ? null : String(literal.value)
}
