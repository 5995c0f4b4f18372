import type { ParamPattern } from 'oxc-parser'

import type { Context, Exit, Frame, Outcome } from './machine.ts'
import { createPath, type Path } from './path.ts'
import { createScope, declare } from './scope.ts'
import { signatureOf } from './signature.ts'
import { uniqueEffects } from './evaluate/run-functions.ts'
import type { Closure } from './values/parts.ts'
import { summarizeExits } from './summarize-exits.ts'
import { derive, undefinedValue, unite, type Value } from './values/value.ts'

const maximumDepth = 40

/** Creates the part that calls functions. It remembers what a function of a module does with the same arguments. */
export function createCaller(): Context['machine']['call'] {
  const active = new Set<Closure['node']>()
  const memory = new Map<Closure['node'], Map<string, Outcome>>()

  return (closure, args, context, self = null) => {
    const { node } = closure
    if (active.has(node) || context.depth > maximumDepth || !context.machine.spend())
      return unknownOutcome(args, context.path)
    const describe = (withRoute: boolean): string | null =>
      closure.isTopLevel ? signatureOf(args, self, context.path.known, closure.guardedBy, withRoute) : null
    const signature = describe(false)
    const outcomes = memory.get(node) ?? new Map<string, Outcome>()
    const remembered = signature === null ? undefined : outcomes.get(signature)
    if (remembered !== undefined) return remembered
    const ofRoute = signature === null || outcomes.size === 0 ? undefined : outcomes.get(`route ${describe(true)}`)
    if (ofRoute !== undefined) {
      context.machine.routeReads(true)
      return ofRoute
    }
    active.add(node)
    const before = context.machine.routeReads()
    try {
      const outcome = run(closure, args, context, self)
      // A function that asks for the path of the request may do something else on another.
      const isForRoute = context.machine.routeReads() !== before
      if (signature !== null)
        memory.set(node, outcomes.set(isForRoute ? `route ${describe(true)}` : signature, outcome))
      return outcome
    } finally {
      active.delete(node)
    }
  }
}

function run(
  { node, scope, module, guardedBy }: Closure,
  args: readonly Value[],
  context: Context,
  self: Value | null,
): Outcome {
  const frame: Frame = { exits: [], effects: [], remarks: [] }
  const { known } = context.path
  const path = createPath(module.known.size === 0 ? known : new Set([...known, ...module.known]))
  const inside: Context = {
    machine: context.machine,
    module,
    scope: createScope(scope),
    frame,
    path,
    depth: context.depth + 1,
    self: self ?? (node.type === 'ArrowFunctionExpression' ? context.self : null),
  }
  if (guardedBy !== null) path.guard = { holes: [], isConditional: false, ...guardedBy }
  bindParameters(node.params, args, inside)
  if (node.body === null) return unknownOutcome(args, path)
  if (node.body.type === 'BlockStatement') {
    context.machine.execute(node.body.body, inside)
    if (!path.isDead) frame.exits.push({ path, value: undefinedValue })
  } else {
    const value = context.machine.evaluate(node.body, inside)
    if (!path.isDead) frame.exits.push({ path, value })
  }
  return {
    ...summarizeExits(frame.exits),
    effects: uniqueEffects(frame.effects),
    remarks: frame.remarks.slice(0, 20),
    known: knownAfter(frame.exits, path),
  }
}

function knownAfter(exits: readonly Exit[], path: Path): ReadonlySet<string> {
  const [first, ...others] = exits
  if (first === undefined) return path.known
  return others.reduce<ReadonlySet<string>>(
    (known, exit) =>
      known === exit.path.known ? known : new Set([...known].filter((name) => exit.path.known.has(name))),
    first.path.known,
  )
}

function bindParameters(params: readonly ParamPattern[], args: readonly Value[], context: Context): void {
  for (const [index, param] of params.entries()) {
    if (param.type === 'RestElement') {
      const rest = args.slice(index)
      const value = { ...unite(rest), members: new Map(rest.map((item, position) => [String(position), item])) }
      context.machine.bind(param.argument, rest.length === 0 ? undefinedValue : value, context)
    } else {
      const pattern = param.type === 'TSParameterProperty' ? param.parameter : param
      context.machine.bind(pattern, args[index] ?? undefinedValue, context)
    }
  }
  declare(context.scope, 'arguments', derive(args))
}

/** The outcome of a call that is not followed. */
const unknownOutcome = (args: readonly Value[], path: Path): Outcome => ({
  value: { ...derive(args), secrets: [] },
  guard: null,
  effects: [],
  remarks: [],
  throws: false,
  known: path.known,
})
