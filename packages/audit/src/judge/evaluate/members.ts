import type { Context } from '../machine.ts'
import { isAuthenticationPackage } from '../known/packages.ts'
import { isEnvironmentName, isSecretConstant } from '../known/names.ts'
import { isSessionMember, requestMember } from '../known/request.ts'
import { sessionMember } from '../known/guards.ts'
import {
  derive,
  fromRequest,
  isDerived,
  isEnvironment,
  isObject,
  mayBeMissing,
  unite,
  unknownValue,
  type Value,
  valueOf,
} from '../values/value.ts'

const failureName = /^(?:error|errors|err|failure|denial|issue|redirect|response|isError|expired|errorResponse)$/i
const successName = /^(?:ok|success|valid|isValid|authorized|authenticated|isAuthenticated|allowed|user|session)$/
const emptyFlags = fromRequest | isDerived

/** The value of a variable of the environment. */
export function environmentVariable(name: string): Value {
  if (isEnvironmentName(name))
    return valueOf({ flags: isEnvironment, external: { package: 'environment', path: name } })
  return valueOf({ secrets: [{ name, form: 'plain' }] })
}

/** The value of `value.name`. */
export function memberOf(value: Value, name: string, context: Context, start: number): Value {
  const known = value.members?.get(name)
  if (known?.literal !== undefined && (value.role === 'request' || value.role === 'url'))
    context.machine.routeReads(true)
  if (known !== undefined) {
    const isPart = value.guard !== null && known.guard === null && known.literal === null
    return isPart ? ofChecked(known, value, name) : known
  }
  if (value.role === 'process') return name === 'env' ? valueOf({ role: 'environment' }) : unknownValue
  if (value.role === 'environment') return environmentVariable(name)
  if (value.role === 'request' && isSessionMember(name)) return sessionMember(name, context.module.file, start)
  if (value.external?.package.startsWith('file:') === true && value.external.path === '') {
    return context.machine.readExport(value.external.package.slice(5), name) ?? unknownValue
  }
  const ofRequest = requestMember(value, name)
  if (ofRequest !== null)
    return value.guard === null ? ofRequest : { ...ofRequest, guard: value.guard, polarity: value.polarity }
  return ofUnknown(value, name)
}

/** A member of what a check returns tells as much as the whole, as `ok` does in `{ ok, user }`. */
function ofChecked(member: Value, { guard, polarity }: Value, name: string): Value {
  const own = successName.test(name) ? 1 : failureName.test(name) ? -1 : polarity
  return { ...member, guard, polarity: own, flags: member.flags & ~isObject }
}

function ofUnknown(value: Value, name: string): Value {
  const external =
    value.external === null ? null : { package: value.external.package, path: joinPath(value.external.path, name) }
  const flags = value.flags | ((value.flags & emptyFlags) === 0 ? 0 : mayBeMissing)
  if ((value.flags & emptyFlags) === 0 && value.guard === null && isSecretConstant(name)) {
    return valueOf({ external, secrets: [{ name, form: 'sure' }] })
  }
  if (flags === 0 && external === null && value.guard === null && value.secrets.length === 0) return unknownValue
  const polarity = value.guard !== null && failureName.test(name) ? -1 : value.polarity === -1 ? 0 : value.polarity
  return valueOf({
    flags,
    external,
    guard: value.guard,
    polarity,
    secrets: value.secrets,
    functions: value.external === null || isAuthenticationPackage(value.external.package) ? [] : value.functions,
    status: value.status,
  })
}

/** The value of `object[name]` with a name that is not known. */
export const elementOf = (object: Value): Value =>
  object.members === null ? derive([object]) : unite([...object.members.values(), derive([object])])

const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
