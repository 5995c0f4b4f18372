import type { Context } from '../machine.ts'
import { derive, literalOf, unite, type Value, valueOf } from '../values/value.ts'
import { compare } from './compare.ts'
import { isConstant } from './operators.ts'
import { runFunctions } from './run-functions.ts'

const transforms =
  /^(?:split|trim\w*|slice|substring|substr|replace|replaceAll|toLowerCase|toUpperCase|toString|padStart|padEnd|at|concat|join|normalize|valueOf|charAt|match|matchAll|entries|keys|values|flat|reverse|toReversed|sort|toSorted|json|text|arrayBuffer|pop|shift|toJSON|decode|encode|digest|update|toArray|getAll|subarray|bind|next)$/
const comparisons = /^(?:includes|startsWith|endsWith|has|equals|test|localeCompare|indexOf|some|every|match|exec)$/
const callbacks =
  /^(?:then|map|flatMap|filter|find|findLast|forEach|reduce|some|every|sort|toSorted|finally|catch|findIndex|apply|call)$/

/** A method of texts, lists and promises. Returns null for other methods. */
export function callMethod(
  receiver: Value,
  name: string,
  args: readonly Value[],
  start: number,
  context: Context,
): Value | null {
  const isCallback = args.some(({ functions }) => functions.length > 0)
  if (isCallback && callbacks.test(name)) return callWithCallbacks(receiver, name, args, context)
  const [arg] = args
  const constant = arg === undefined ? null : compareConstants(receiver, name, arg)
  if (constant !== null) return literalOf(constant)
  if (comparisons.test(name) && arg !== undefined) {
    const found =
      arg.literal === null || name === 'test'
        ? compare({ left: receiver, right: arg, start, form: 'data' }, context)
        : null
    const byHost = found ?? compareHost(receiver, arg, start, context)
    if (byHost !== null) return byHost
    const value = derive([receiver, ...args])
    return value.guard === null ? valueOf({ flags: value.flags, secrets: [] }) : { ...value, polarity: 1 }
  }
  if (name === 'call' || name === 'apply') return runFunctions(receiver.functions, args.slice(1), context, arg ?? null)
  if (transforms.test(name)) return { ...derive([receiver, ...args]), role: keptRole(receiver, name) }
  return null
}

const keptRole = ({ role }: Value, name: string): Value['role'] => (name === 'json' || role === 'headers' ? role : null)

/** The result of a comparison of texts that are known, such as `path.startsWith('/api')`. Null for others. */
function compareConstants(receiver: Value, name: string, arg: Value): boolean | null {
  if (!isConstant(arg)) return null
  const text = arg.literal?.value
  const own = receiver.literal?.value
  if (isConstant(receiver) && typeof own === 'string' && typeof text === 'string') {
    if (name === 'startsWith') return own.startsWith(text)
    if (name === 'endsWith') return own.endsWith(text)
    return name === 'includes' ? own.includes(text) : null
  }
  const items = [...(receiver.members?.values() ?? [])]
  if (name !== 'includes' || items.length === 0 || !items.every(isConstant)) return null
  return items.some(({ literal }) => literal?.value === text)
}

/** `host.includes('localhost')` decides by a header that every client sets. */
function compareHost(receiver: Value, arg: Value, start: number, context: Context): Value | null {
  const found = compare(
    { left: receiver, right: arg, start, form: 'data', name: 'a comparison with a header of the request' },
    context,
  )
  return found?.guard?.holes.some(({ rule }) => rule === 'host-guard') === true ? found : null
}

function callWithCallbacks(receiver: Value, name: string, args: readonly Value[], context: Context): Value {
  const item = { ...receiver, functions: [] }
  const results = args.map(({ functions }) => runFunctions(functions, [item, item], context, null))
  if (name === 'then') return results[0] ?? receiver
  if (name === 'catch' || name === 'finally') return unite([receiver, ...(name === 'catch' ? results : [])])
  return { ...derive([receiver, ...results]), members: null }
}
