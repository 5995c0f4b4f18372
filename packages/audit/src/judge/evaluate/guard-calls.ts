import type { KnownGuard } from '../known/guard-table.ts'
import { nameOfGuard } from '../known/guards.ts'
import type { Context } from '../machine.ts'
import { betterGuard, type Guard } from '../values/guard.ts'
import type { Closure, External } from '../values/parts.ts'
import { deepSecrets, isDerived, isParsedBody, type Value, valueOf } from '../values/value.ts'
import { holeOf } from './compare.ts'
import type { ExternalCall } from './external-calls.ts'
import { functionsIn } from './run-functions.ts'
import { verifiesNothing } from './verifiers.ts'

// Packages whose checks get their key from the code base.
export const takesKey =
  /^routekey|crypto|^jose|jsonwebtoken|jwt|iron|svix|standardwebhooks|^stripe$|qstash|octokit|scmp|safe-compare|secure-compare|hmac/

/** `assert(session)` throws without a session. */
export function callAssert(condition: Value | undefined, { path }: Context): Value {
  if (condition === undefined) return valueOf({})
  if (condition.guard !== null && condition.polarity !== -1) path.guard = betterGuard(path.guard, condition.guard)
  path.known = new Set([...path.known, ...condition.secrets.map(({ name }) => name)])
  return valueOf({})
}

/** A verifier of routekey, and the secret that is written in the source instead of the environment. */
export function callRoutekey(external: External, args: readonly Value[]): Value {
  const given = [...(args[1]?.members?.get('env')?.members ?? [])]
  const secrets = given.flatMap(([name, { literal }]) => (literal === null ? [] : [{ name, form: 'default' as const }]))
  return valueOf({
    external: { package: external.package, path: `${external.path}()` },
    secrets: [...secrets, ...args.flatMap((arg) => deepSecrets(arg))],
  })
}

/** A check in a file. */
export const guardAt = (name: string, start: number, { module }: Context): Guard => ({
  name,
  file: module.file,
  start,
  holes: [],
  isConditional: false,
})

/** A check that throws, or whose result tells. */
export function checked(guard: Guard, context: Context, throws = true): Value {
  if (throws) context.path.guard = betterGuard(context.path.guard, guard)
  return valueOf({ guard, polarity: 1, flags: isDerived })
}

/** Calls a check of a library. */
export function callGuard({ form }: KnownGuard, external: External, call: ExternalCall, context: Context): Value {
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
