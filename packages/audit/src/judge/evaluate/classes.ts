import type { Class } from 'oxc-parser'

import { propertyName } from '../../parse/property-name.ts'
import type { Context } from '../machine.ts'
import { type Value, unknownValue, valueOf } from '../values/value.ts'
import { closureOf } from './closures.ts'

/** Describes a class: its members stand for those of the class and of its instances. */
export function describeClass(node: Class, context: Context): Value {
  const inherited = node.superClass === null ? unknownValue : context.machine.evaluate(node.superClass, context)
  const members = new Map<string, Value>(inherited.members)
  for (const member of node.body.body) {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') continue
    const name = propertyName(member)
    if (name === null || member.value === null) continue
    const value =
      member.type === 'MethodDefinition'
        ? valueOf({ functions: [closureOf(member.value, context)] })
        : context.machine.evaluate(member.value, context)
    members.set(name, value)
  }
  return valueOf({ members, external: inherited.external })
}
