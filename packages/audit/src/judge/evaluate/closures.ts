import type { ArrowFunctionExpression, Function } from 'oxc-parser'

import type { Context } from '../machine.ts'
import type { Closure } from '../values/parts.ts'

/** Creates a function in its scope. */
export function closureOf(node: Function | ArrowFunctionExpression, { scope, module }: Context): Closure {
  return { node, scope, module, isTopLevel: scope === module.scope, guardedBy: null }
}
