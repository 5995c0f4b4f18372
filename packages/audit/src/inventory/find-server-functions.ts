import type { ArrowFunctionExpression, Function, Program } from 'oxc-parser'

import { visit } from './read-config.ts'

/** A function that browsers can call, because of `'use server'` in it. */
export interface InlineServerFunction {
  readonly node: Function | ArrowFunctionExpression
  readonly name: string
}

/** Whether `'use server'` at the top of a file makes its exports callable. */
export const isServerFile = (program: Program): boolean =>
  program.body.some((statement) => statement.type === 'ExpressionStatement' && statement.directive === 'use server')

/** Finds the functions with `'use server'` in their body. */
export function findInlineServerFunctions(program: Program): readonly InlineServerFunction[] {
  const found: InlineServerFunction[] = []
  visit(program, (node) => {
    if (
      node.type !== 'FunctionDeclaration' &&
      node.type !== 'FunctionExpression' &&
      node.type !== 'ArrowFunctionExpression'
    )
      return
    if (node.body?.type !== 'BlockStatement') return
    const isServer = node.body.body.some(
      (statement) => statement.type === 'ExpressionStatement' && statement.directive === 'use server',
    )
    if (isServer) found.push({ node, name: node.id?.name ?? 'function' })
  })
  return found
}
