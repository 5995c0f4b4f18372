import type { Verdict } from '../findings.ts'
import { isAuthenticationPackage, isRouterPackage } from './known/packages.ts'
import { fieldValue, roleOf } from './known/request.ts'
import type { Judge } from './create-machine.ts'
import { runFunctions, runInSequence } from './evaluate/run-functions.ts'
import type { Context, Effect } from './machine.ts'
import type { Module } from './module.ts'
import type { Guard, Hole } from './values/guard.ts'
import { fromRequest, isParsedBody, literalOf, type Value, valueOf } from './values/value.ts'

/** A handler, by what its name and place say. */
export interface Handler {
  readonly kind: 'app' | 'pages' | 'server-function'
  /** The export, which is the method in the App Router. */
  readonly name: string
  readonly route: string
}

/** What the code of a handler says. */
export interface Judgement {
  readonly verdict: Verdict
  readonly guard: Guard | null
  readonly holes: readonly Hole[]
  /** What it does without a check, or behind one that fails open. */
  readonly effects: readonly Effect[]
  readonly remarks: readonly Hole[]
}

/** A request of a route. Its path is known, and in the App Router its method. */
function requestOf({ route, name, kind }: Handler): Value {
  const url = valueOf({ role: 'url', flags: fromRequest, members: new Map([['pathname', literalOf(route)]]) })
  const members = new Map([['nextUrl', url]])
  members.set('url', url)
  if (kind === 'app') members.set('method', literalOf(name))
  return { ...roleOf('request'), members }
}

function argumentsOf(handler: Handler): readonly Value[] {
  if (handler.kind === 'app') return [requestOf(handler), roleOf('context')]
  if (handler.kind === 'pages') return [requestOf(handler), roleOf('response', 0)]
  return [1, 2, 3, 4, 5, 6].map(() => fieldValue(null, isParsedBody, 'body'))
}

/** Judges a handler by running its code without running it. */
export function judgeHandler(value: Value, handler: Handler, module: Module, judge: Judge): Judgement {
  judge.restart(module.file)
  const context = judge.contextOf(module)
  const { external } = value
  if (external !== null && isOwnRoute(external, value)) return plain('own-route')
  if (value.functions.length === 0)
    return value.guard === null ? plain('unclear') : { ...plain('guarded'), guard: value.guard }
  if (external?.package.startsWith('uploadthing') === true) return judgeUploads(value, context)
  const run = external === null ? runFunctions : runInSequence
  const result = run(value.functions, argumentsOf(handler), context, null)
  return judgeRun(context, result, handler)
}

const plain = (verdict: Verdict): Judgement => ({ verdict, guard: null, holes: [], effects: [], remarks: [] })

/** A router of uploads is guarded if its middleware refuses strangers. */
function judgeUploads({ functions }: Value, context: Context): Judgement {
  const outcomes = functions.map((closure) =>
    context.machine.call(closure, [valueOf({ members: new Map([['req', roleOf('request')]]) })], context),
  )
  const guard = outcomes.find((outcome) => outcome.guard !== null)?.guard ?? null
  const { file, start } = { file: context.module.file, start: 0 }
  if (guard !== null) return { ...plain('guarded'), guard }
  return {
    ...plain('open-acts'),
    effects: [{ kind: 'writes', name: 'an upload of uploadthing', file, start, guard: null }],
  }
}

function isOwnRoute({ package: name, path }: { package: string; path: string }, { functions, guard }: Value): boolean {
  if (guard !== null || functions.some(({ guardedBy }) => guardedBy !== null)) return false
  if (isAuthenticationPackage(name)) return !path.endsWith('.auth()') && !path.startsWith('withAuth')
  if (name.startsWith('uploadthing')) return false
  return isRouterPackage(name) || (functions.length === 0 && path !== '')
}

const cached = /^(?:set|setex|del|incr\w*|expire|hset)\(\) of (?:.*redis|.*kv$)/

/** Whether an effect lasts. What a `GET` keeps in a cache does not. */
const actsIn =
  ({ name }: Handler) =>
  (effect: Effect): boolean =>
    effect.kind !== 'reads' && !(name === 'GET' && cached.test(effect.name))

function judgeRun({ frame, path }: Context, result: Value, handler: Handler): Judgement {
  const acts = actsIn(handler)
  const { effects, remarks } = frame
  const open = effects.filter(({ guard }) => guard === null)
  const openActs = open.filter(acts)
  const leaky = effects.filter(({ guard }) => guard !== null && guard.holes.length > 0)
  const behind = leaky.filter(acts)
  const exit = path.guard ?? result.guard
  const guard = effects.find((effect) => effect.guard !== null)?.guard ?? exit
  const holes = uniqueHoles([
    ...leaky.flatMap((effect) => effect.guard?.holes ?? []),
    ...(effects.length === 0 ? (exit?.holes ?? []) : []),
  ])
  const found = (verdict: Verdict, shown: readonly Effect[]): Judgement => ({
    verdict,
    guard,
    holes,
    effects: shown,
    remarks,
  })
  const isHostOnly = holes.every(({ rule }) => rule === 'host-guard')
  if (openActs.length > 0) return found(behind.length > 0 ? 'fails-open' : 'open-acts', [...openActs, ...behind])
  if (holes.length > 0 && (behind.length > 0 || !isHostOnly)) return found('fails-open', leaky)
  const firstGuarded = effects.findIndex((effect) => effect.guard !== null)
  const isLookUpOnly = firstGuarded !== -1 && effects.slice(firstGuarded).every((effect) => effect.guard !== null)
  if (open.length > 0 && exit === null && !isLookUpOnly) return found('open-reads', open)
  return guard === null ? found('answers-everyone', []) : found('guarded', [])
}

function uniqueHoles(holes: readonly Hole[]): readonly Hole[] {
  return [...new Map(holes.map((hole) => [`${hole.rule}:${hole.file}:${hole.start}`, hole])).values()]
}
