import { effectOfCall, effectOfSql } from '../known/effects.ts'
import { findKnownGuard, nameOfGuard } from '../known/guards.ts'
import { isPurePackage, isRouterPackage } from '../known/packages.ts'
import { roleOf } from '../known/request.ts'
import type { Context } from '../machine.ts'
import type { External, SecretUse } from '../values/parts.ts'
import { deepFlags, derive, fromRequest, isCredential, isDerived, type Value, valueOf } from '../values/value.ts'
import { schemaMembers, validatedMembers } from './environment-schemas.ts'
import { callGlobal, newGlobal } from './global-calls.ts'
import { responseOf } from './responses.ts'
import { callAssert, callGuard, callRoutekey, checked, guardAt, takesKey } from './guard-calls.ts'
import { addEffect, functionsIn, runFunctions } from './run-functions.ts'

/** A call of something from a package. */
export interface ExternalCall {
  readonly args: readonly Value[]
  readonly start: number
  /** The object of a method. */
  readonly receiver: Value | null
}

const asserts = /^(?:node:)?assert(?:\/strict)?$|invariant$/

const neverReturns = /^(?:redirect|permanentRedirect|notFound|unauthorized|forbidden)$/

/** Calls something from a package. */
export function callExternal(external: External, call: ExternalCall, context: Context, target: Value): Value {
  const { args, start } = call
  const response = responseOf(external, args)
  if (response !== null) return response
  if (external.package === 'next/headers') return roleOf(external.path === 'cookies' ? 'cookies' : 'headers')
  if (external.package === 'next/navigation' && neverReturns.test(external.path)) {
    context.path.isDead = true
    return valueOf({})
  }
  const known = findKnownGuard(external)
  const { isOwnGuard } = context.machine
  if (known !== null) return callGuard(known, external, call, context)
  if (isOwnGuard(external.package, external.path))
    return checked(guardAt(nameOfGuard(external), start, context), context)
  if (asserts.test(external.package)) return callAssert(args[0], context)
  if (external.package === 'routekey') return callRoutekey(external, args)
  if (external.package === 'global') return callGlobal(external.path, call, context)
  return callPackage(external, call, context, target)
}

function callPackage(external: External, call: ExternalCall, context: Context, target: Value): Value {
  const { args, start, receiver } = call
  const isPure = isPurePackage(external.package)
  const text = args[0]?.literal?.value
  const kind =
    (typeof text === 'string' ? effectOfSql(text) : null) ??
    effectOfCall(external, context.machine.isHandlerFile(context.module.file))
  const name = `${external.path.split('.').at(-1) ?? external.path}()`
  if (kind !== null) addEffect({ kind, name: `${name} of ${external.package}`, start }, context)
  const functions = args.flatMap((arg) => functionsIn(arg))
  const item = receiver === null ? valueOf({}) : { ...receiver, functions: [] }
  // A router decides itself when it calls what it gets.
  const results = isRouterPackage(external.package)
    ? []
    : functions.map((closure) => runFunctions([closure], [item, item], context, null))
  const schema = isPure ? schemaMembers(receiver === null ? args : [receiver, ...args]) : null
  const isEnvironmentSchema =
    schema !== null && (/createEnv|cleanEnv|parseEnv/.test(external.path) || args.some(isEnvironmentObject))
  if (schema !== null) {
    const members = isEnvironmentSchema ? validatedMembers(schema) : schema
    const parsed = valueOf({ external: { package: external.package, path: `${external.path}()` }, members })
    // The result of `safeParse` is under `data`, of others it is the result itself.
    return isEnvironmentSchema ? { ...parsed, members: new Map(members).set('data', parsed) } : parsed
  }
  const used = isPure && receiver !== null ? [receiver, ...args] : args
  const value = resultOf(external, [...used, ...results], isPure, start, context)
  const built = [...(receiver === null ? target.functions : receiver.functions), ...functions]
  return built.length === 0 ? value : { ...value, functions: built }
}

/** `createHmac` and `update` throw for `undefined`: what they return was made with a variable that is set. */
const secretsAfter = ({ package: name, path }: External, secrets: readonly SecretUse[]): readonly SecretUse[] =>
  /^(?:node:)?crypto$/.test(name) && /createHm?a[cs]h?\(|createHm?a[cs]h?$/.test(path)
    ? secrets.map((use) => (use.form === 'plain' ? { ...use, form: 'sure' } : use))
    : secrets

/** `process.env`, or an object with its variables. */
const isEnvironmentObject = ({ role, members, secrets }: Value): boolean =>
  role === 'environment' ||
  secrets.length > 0 ||
  (members !== null && [...members.values()].some((member) => member.secrets.length > 0))

/** What comes out of a call of a package. A look-up with a credential of the caller tells who the caller is. */
function resultOf(external: External, args: readonly Value[], isPure: boolean, start: number, context: Context): Value {
  const flags = args.reduce((all, arg) => all | deepFlags(arg), 0)
  const result = { package: external.package, path: `${external.path}()` }
  if (isPure || /decode/i.test(external.path)) {
    const passed = args.find(
      ({ role }) => role === 'body' || role === 'query' || role === 'params' || role === 'rawBody',
    )
    const value = { ...derive(args), flags, secrets: secretsAfter(external, derive(args).secrets) }
    return { ...value, external: result, role: passed?.role ?? null }
  }
  const value = derive(args.map((arg) => ({ ...arg, secrets: [] })))
  const isLookUp = value.guard === null && (flags & isCredential) !== 0
  const guard = isLookUp
    ? guardAt(`${nameOfGuard(external)}, which gets a credential of the caller`, start, context)
    : value.guard
  const isData = (flags & (fromRequest | isDerived)) !== 0
  return valueOf({
    external: result,
    flags: isData ? isDerived : 0,
    guard,
    polarity: isLookUp ? 1 : value.polarity,
  })
}

/** Creates an object of a class of a package. */
export function newExternal(external: External, call: ExternalCall): Value {
  const response = responseOf(external, call.args)
  if (response !== null) return response
  if (external.package === 'global') return newGlobal(external.path, call.args)
  const flags = derive(call.args).flags & isCredential
  const functions = call.args.flatMap((arg) => functionsIn(arg))
  return valueOf({
    external: { package: external.package, path: `${external.path}()` },
    functions,
    flags: flags === 0 ? 0 : isDerived,
    secrets: takesKey.test(external.package) ? derive(call.args).secrets : [],
  })
}
