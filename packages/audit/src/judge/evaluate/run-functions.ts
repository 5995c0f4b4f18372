import type { Context, Effect, EffectKind, Outcome } from '../machine.ts'
import { betterGuard, worseGuard } from '../values/guard.ts'
import type { Closure } from '../values/parts.ts'
import { type Value, undefinedValue, unite } from '../values/value.ts'

/** Records what a call does, after the checks that came before it. */
export function addEffect(effect: { kind: EffectKind; name: string; start: number }, context: Context): void {
  const { path, module, frame } = context
  const development = path.isDevelopment
    ? {
        name: 'NODE_ENV, which is production in every deployment',
        file: module.file,
        start: effect.start,
        holes: [],
        isConditional: false,
      }
    : null
  frame.effects.push({ ...effect, file: module.file, guard: path.guard ?? development })
}

/** Calls functions of which one is meant, and returns what they return. */
export function runFunctions(
  functions: readonly Closure[],
  args: readonly Value[],
  context: Context,
  self: Value | null,
): Value {
  const outcomes = functions.map((closure) => context.machine.call(closure, args, context, self))
  const [first, ...others] = outcomes
  if (first === undefined) return undefinedValue
  for (const [index, outcome] of outcomes.entries()) {
    if (!isLogging(functions[index])) addCollected(partOfCheck(outcome), context)
  }
  const { path } = context
  path.guard = betterGuard(
    path.guard,
    others.reduce((guard, next) => worseGuard(guard, next.guard), first.guard),
  )
  if (outcomes.length === 1) path.known = first.known
  if (outcomes.every(({ throws }) => throws)) path.isDead = true
  return unite(outcomes.map(({ value }) => value))
}

function addCollected({ effects, remarks }: Outcome, context: Context): void {
  const { frame, path } = context
  for (const effect of effects) {
    const guard = betterGuard(path.guard, effect.guard)
    if (guard === null && path.isDevelopment) addEffect(effect, context)
    else frame.effects.push(guard === effect.guard ? effect : { ...effect, guard })
  }
  frame.remarks.push(...remarks)
}

const loggingName =
  /(?:^|[a-z])(?:log|logger|telemetry|analytics|metrics?|sentry|posthog|axiom|trace|tracing|monitor\w*|capture|track)(?:[A-Z]|$)|^(?:log|track|capture|report)/i
const loggingFile =
  /[/.-](?:log|logger|logging|telemetry|analytics|metrics|sentry|posthog|axiom|audit|tracing|monitoring|instrumentation)[/.-]/

/** Notes about a request are not its purpose. */
const isLogging = (closure: Closure | undefined): boolean =>
  closure !== undefined &&
  (loggingName.test(closure.node.id?.name ?? '') ||
    loggingFile.test(
      closure.module.file.slice(closure.module.file.lastIndexOf('/', closure.module.file.lastIndexOf('/') - 1)),
    )) &&
  !/route\.\w+$|[/]api[/]/.test(closure.module.file)

/** What a function reads and notes while it finds out who calls belongs to the check. */
function partOfCheck(outcome: Outcome): Outcome {
  const guard = outcome.guard ?? outcome.value.guard
  if (guard === null || outcome.value.role === 'answer' || outcome.value.polarity === -1) return outcome
  const effects = outcome.effects.map((effect) =>
    effect.guard === null && (effect.kind === 'reads' || effect.kind === 'writes') ? { ...effect, guard } : effect,
  )
  return { ...outcome, effects }
}

/** Runs functions one after the other, as middleware does: each may refuse what comes after it. */
export function runInSequence(functions: readonly Closure[], args: readonly Value[], context: Context): Value {
  let value = undefinedValue
  for (const closure of functions) {
    const outcome = context.machine.call(closure, args, context, null)
    addCollected(outcome, context)
    context.path.guard = betterGuard(context.path.guard, outcome.guard ?? outcome.value.guard)
    value = outcome.value
  }
  return value
}

/** The effects of a function, without those that say the same. */
export function uniqueEffects(effects: readonly Effect[]): readonly Effect[] {
  const seen = new Map<string, Effect>()
  for (const effect of effects) {
    const key = `${effect.file}:${effect.start}:${effect.guard === null ? '' : effect.guard.start}`
    if (seen.size < 60 && !seen.has(key)) seen.set(key, effect)
  }
  return [...seen.values()]
}

/** The functions in an argument, also in an object of options. */
export function functionsIn(value: Value, depth = 3): readonly Closure[] {
  if (value.members === null || depth === 0) return value.functions
  return [...value.functions, ...[...value.members.values()].flatMap((member) => functionsIn(member, depth - 1))]
}
