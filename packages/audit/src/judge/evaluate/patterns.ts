import type { BindingPattern } from 'oxc-parser'

import { propertyName } from '../../parse/property-name.ts'
import type { Context } from '../machine.ts'
import { declare } from '../scope.ts'
import { isFalsy, unite, unknownValue, type Value } from '../values/value.ts'
import { memberOf } from './members.ts'

/** Declares the names of a pattern with the parts of a value. */
export function bindPattern(pattern: BindingPattern, value: Value, context: Context): void {
  switch (pattern.type) {
    case 'Identifier':
      declare(context.scope, pattern.name, value)
      return
    case 'AssignmentPattern': {
      const fallback = context.machine.evaluate(pattern.right, context)
      bindPattern(
        pattern.left,
        value === unknownValue ? fallback : isFalsy(value) ? fallback : unite([value, fallback]),
        context,
      )
      return
    }
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') bindPattern(property.argument, value, context)
        else {
          const name = propertyName(property)
          bindPattern(
            property.value,
            name === null ? unknownValue : memberOf(value, name, context, property.start),
            context,
          )
        }
      }
      return
    case 'ArrayPattern':
      for (const [index, element] of pattern.elements.entries()) {
        if (element === null) continue
        if (element.type === 'RestElement') bindPattern(element.argument, value, context)
        else bindPattern(element, memberOf(value, String(index), context, element.start), context)
      }
  }
}
