import { effectOfCall, effectOfSql } from '../known/effects.ts'
import type { KnownGuard } from '../known/guard-table.ts'
import { findKnownGuard, nameOfGuard } from '../known/guards.ts'
import { isPurePackage, isRouterPackage } from '../known/packages.ts'
import { roleOf } from '../known/request.ts'
import type { Context } from '../machine.ts'
import { betterGuard, type Guard } from '../values/guard.ts'
import type { Closure, External } from '../values/parts.ts'
import {
  deepFlags,
  deepSecrets,
  derive,
  fromRequest,
  isCredential,
  isDerived,
  isParsedBody,
  type Value,
  valueOf,
} from '../values/value.ts'
import { holeOf } from './compare.ts'
import { schemaMembers, validatedMembers } from './environment-schemas.ts'
import { callGlobal, newGlobal } from './global-calls.ts'
import { responseOf } from './responses.ts'
import { addEffect, runFunctions } from './run-functions.ts'
import { verifiesNothing } from './verifiers.ts'

/** A call of something from a package. */
export interface ExternalCall {
  readonly args: readonly Value[]
  readonly start: number
  /** The object of a method. */
  readonly receiver: Value | null
}

// Packages whose checks get their key from the code base.
const takesKey =
  /^routekey|crypto|^jose|jsonwebtoken|jwt|iron|svix|standardwebhooks|^stripe$|qstash|octokit|scmp|safe-compare|secure-compare|hmac/

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
  if (external.package === 'routekey') return callRoutekey(external, args)
  if (external.package === 'global') return callGlobal(external.path, call, context)
  return callPackage(external, call, context, target)
}

/** A verifier of routekey, and the secret that is written in the source instead of the environment. */
function callRoutekey(external: External, args: readonly Value[]): Value {
  const given = [...(args[1]?.members?.get('env')?.members ?? [])]
  const secrets = given.flatMap(([name, { literal }]) => (literal === null ? [] : [{ name, form: 'default' as const }]))
  return valueOf({
    external: { package: external.package, path: `${external.path}()` },
    secrets: [...secrets, ...args.flatMap((arg) => deepSecrets(arg))],
  })
}

const guardAt = (name: string, start: number, { module }: Context): Guard => ({
  name,
  file: module.file,
  start,
  holes: [],
  isConditional: false,
})

/** A check that throws, or whose result tells. */
function checked(guard: Guard, context: Context, throws = true): Value {
  if (throws) context.path.guard = betterGuard(context.path.guard, guard)
  return valueOf({ guard, polarity: 1, flags: isDerived })
}

function callGuard({ form }: KnownGuard, external: External, call: ExternalCall, context: Context): Value {
  const { args, start } = call
  const keys = takesKey.test(external.package)
    ? [...args, ...(call.receiver === null || external.package === 'stripe' ? [] : [call.receiver])]
    : []
  // The SDK of Stripe refuses an empty secret.
  const secrets = keys
    .flatMap((arg) => deepSecrets(arg))
    .filter((use) => use.form !== 'empty' || external.package !== 'stripe')
  const holes = secrets.flatMap((secret) => holeOf(secret, 0, 'call', context, start))
  if (form === 'claims')
    holes.push({ rule: 'session-not-verified', file: context.module.file, start, subject: external.path })
  const guard: Guard = { ...guardAt(nameOfGuard(external), start, context), holes }
  if (/^stripe$|^svix|^standardwebhooks/.test(external.package) && ((args[0]?.flags ?? 0) & isParsedBody) !== 0) {
    context.frame.remarks.push({ rule: 'parsed-body', file: context.module.file, start, subject: '' })
  }
  const isRoutekey = external.package.startsWith('routekey')
  if (isRoutekey && verifiesNothing(external.path.endsWith('authenticate') ? args[1] : args[0], context)) {
    const handler = args[1]
    return form === 'wraps' ? (handler ?? valueOf({})) : valueOf({})
  }
  const result = { package: external.package, path: `${external.path}()` }
  if (form === 'wraps') {
    const guarded = args
      .flatMap((arg) => functionsIn(arg))
      .map((closure): Closure => ({ ...closure, guardedBy: guard }))
    return valueOf({ functions: guarded, external: result, guard, polarity: 1 })
  }
  const value = { ...checked(guard, context, form === 'throws'), external: result }
  // `auth((request) => …)` puts the session into the request.
  const functions = args.flatMap((arg) => arg.functions)
  return functions.length === 0 ? value : { ...value, functions, guard: null }
}

/** The functions in an argument, also in an object of options. */
function functionsIn(value: Value, depth = 3): readonly Closure[] {
  if (value.members === null || depth === 0) return value.functions
  return [...value.functions, ...[...value.members.values()].flatMap((member) => functionsIn(member, depth - 1))]
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
    const value = { ...derive(args), flags }
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
