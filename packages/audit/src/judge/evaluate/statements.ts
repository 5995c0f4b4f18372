import type { IfStatement, Statement, SwitchStatement, TryStatement, VariableDeclaration } from 'oxc-parser'

import type { Context } from '../machine.ts'
import { continueAs, forkPath, mergePaths, type Path } from '../path.ts'
import { createScope, declare, declareLazily } from '../scope.ts'
import { betterGuard } from '../values/guard.ts'
import { isVariable, undefinedValue, unknownValue, valueOf } from '../values/value.ts'
import { closureOf } from './closures.ts'
import { describeClass } from './classes.ts'

/** Runs statements in order, until one of them ends the function. */
export function executeStatements(statements: readonly Statement[], context: Context): void {
  hoistFunctions(statements, context)
  for (const statement of statements) {
    if (context.path.isDead) return
    executeStatement(statement, context)
  }
}

function hoistFunctions(statements: readonly Statement[], context: Context): void {
  for (const statement of statements) {
    if (statement.type === 'FunctionDeclaration' && statement.id !== null) {
      declare(context.scope, statement.id.name, valueOf({ functions: [closureOf(statement, context)] }))
    }
  }
}

const inBlock = (context: Context): Context => ({ ...context, scope: createScope(context.scope) })

function executeBlock(statements: readonly Statement[], context: Context): void {
  context.machine.execute(statements, inBlock(context))
}

function executeStatement(statement: Statement, context: Context): void {
  const { machine, path } = context
  switch (statement.type) {
    case 'ExpressionStatement':
      machine.evaluate(statement.expression, context)
      return
    case 'VariableDeclaration':
      declareVariables(statement, context)
      return
    case 'ReturnStatement': {
      const value = statement.argument === null ? undefinedValue : machine.evaluate(statement.argument, context)
      if (!path.isDead) context.frame.exits.push({ path: forkPath(path), value })
      path.isDead = true
      return
    }
    case 'ThrowStatement':
      machine.evaluate(statement.argument, context)
      path.isDead = true
      return
    case 'BlockStatement':
      executeBlock(statement.body, context)
      return
    case 'IfStatement':
      executeIf(statement, context)
      return
    case 'TryStatement':
      executeTry(statement, context)
      return
    case 'SwitchStatement':
      executeSwitch(statement, context)
      return
    case 'LabeledStatement':
      executeStatement(statement.body, context)
      return
    case 'ClassDeclaration':
      if (statement.id !== null) {
        declareLazily(context.scope, statement.id.name, () => describeClass(statement, context), unknownValue)
      }
      return
    default:
      executeLoop(statement, context)
  }
}

function declareVariables(statement: VariableDeclaration, context: Context): void {
  for (const { id, init } of statement.declarations) {
    const given = init === null ? undefinedValue : context.machine.evaluate(init, context)
    const value =
      statement.kind === 'let' || statement.kind === 'var' ? { ...given, flags: given.flags | isVariable } : given
    context.machine.bind(id, value, context)
  }
}

function executeIf(statement: IfStatement, context: Context): void {
  const before = forkPath(context.path)
  const { yes, no, either } = context.machine.branch(statement.test, context)
  if (context.path.isDead) return
  executeBlock([statement.consequent], { ...context, path: yes })
  if (statement.alternate !== null) executeBlock([statement.alternate], { ...context, path: no })
  // In both forms of the condition, the branch that ends here is the one of strangers.
  if (yes.isDead && !no.isDead) no.guard = betterGuard(no.guard, either)
  if (no.isDead && !yes.isDead) yes.guard = betterGuard(yes.guard, either)
  if (yes.isDead && no.isDead) context.path.isDead = true
  else continueAs(context.path, mergePaths(before, yes, no))
}

function executeTry(statement: TryStatement, context: Context): void {
  const before = forkPath(context.path)
  const attempt = forkPath(context.path)
  const firstExit = context.frame.exits.length
  executeBlock(statement.block.body, { ...context, path: attempt })
  if (statement.handler === null) {
    continueAs(context.path, attempt)
  } else {
    const handled = forkPath(before)
    const exits = context.frame.exits.length
    // Strangers do not ask for the work that only an error causes.
    const inHandler = inBlock({ ...context, path: handled, frame: { ...context.frame, effects: [] } })
    if (statement.handler.param !== null) context.machine.bind(statement.handler.param, unknownValue, inHandler)
    executeStatements(statement.handler.body.body, inHandler)
    const answers = context.frame.exits
      .slice(exits)
      .some(({ value }) => value.role === 'answer' && value.status === 200)
    if (answers && attemptedGuard(before, attempt, context, firstExit)) {
      const { start } = statement.handler
      context.frame.remarks.push({ rule: 'catch-answers-200', file: context.module.file, start, subject: '' })
    }
    if (attempt.isDead && handled.isDead) context.path.isDead = true
    else continueAs(context.path, mergePaths(before, attempt, handled))
  }
  if (statement.finalizer !== null) executeBlock(statement.finalizer.body, context)
}

/** Whether the signature is checked in the block, so that its exception ends in the handler. */
function attemptedGuard(before: Path, attempt: Path, { frame }: Context, first: number): boolean {
  const ends = [attempt, ...frame.exits.slice(first).map(({ path }) => path)]
  return ends.some(
    ({ guard }) => guard !== null && guard !== before.guard && /constructEvent|verify|signature/i.test(guard.name),
  )
}

/** Each case starts from the path before, or continues the case above it. */
function executeSwitch(statement: SwitchStatement, context: Context): void {
  const before = forkPath(context.path)
  context.machine.evaluate(statement.discriminant, context)
  const inside = inBlock(context)
  const ends: Path[] = []
  let fallsFrom: Path | null = null
  for (const { consequent } of statement.cases) {
    const path: Path = fallsFrom === null ? forkPath(before) : mergePaths(before, fallsFrom, forkPath(before))
    executeStatements(consequent, { ...inside, path })
    const breaks = consequent.some(endsCase)
    if (!path.isDead && breaks) ends.push(path)
    fallsFrom = path.isDead || breaks ? null : path
  }
  if (fallsFrom !== null) ends.push(fallsFrom)
  if (!statement.cases.some(({ test }) => test === null)) ends.push(before)
  const [first, ...others] = ends
  if (first === undefined) context.path.isDead = true
  else
    continueAs(
      context.path,
      others.reduce((joined, path) => mergePaths(before, joined, path), first),
    )
}

const endsCase = (statement: Statement): boolean =>
  statement.type === 'BreakStatement' || (statement.type === 'BlockStatement' && statement.body.some(endsCase))

/** Runs the body of a loop once. What it checks holds inside, not after it. */
function executeLoop(statement: Statement, context: Context): void {
  const { machine, path } = context
  const before = forkPath(path)
  const inside = inBlock({ ...context, path: forkPath(path) })
  switch (statement.type) {
    case 'ForOfStatement':
    case 'ForInStatement': {
      const items = machine.evaluate(statement.right, context)
      if (statement.left.type === 'VariableDeclaration') {
        for (const { id } of statement.left.declarations)
          machine.bind(id, { ...items, functions: [], members: null }, inside)
      }
      break
    }
    case 'ForStatement':
      if (statement.init?.type === 'VariableDeclaration') declareVariables(statement.init, inside)
      if (statement.test !== null) machine.evaluate(statement.test, inside)
      break
    case 'WhileStatement':
    case 'DoWhileStatement':
      machine.evaluate(statement.test, context)
      break
    default:
      return
  }
  executeBlock([statement.body], inside)
  continueAs(path, inside.path.isDead ? before : mergePaths(before, inside.path, before))
}
