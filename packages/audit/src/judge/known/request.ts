import {
  fromHost,
  fromQuery,
  fromRequest,
  isCredential,
  isMethod,
  isParsedBody,
  mayBeMissing,
  mayBeNull,
  type Value,
  valueOf,
} from '../values/value.ts'
import type { Role } from '../values/parts.ts'
import { isCredentialHeader, isCredentialName, isHostHeader } from './names.ts'

/** The value of a role, such as the headers of a request. */
export const roleOf = (role: Role, flags = fromRequest): Value => valueOf({ role, flags })

/** The value of a header. */
function headerValue(name: string | null, missing: number): Value {
  if (name === null) return valueOf({ flags: fromRequest | isCredential | missing })
  if (isHostHeader(name)) return valueOf({ flags: fromRequest | fromHost | missing })
  return valueOf({ flags: fromRequest | missing | (isCredentialHeader(name) ? isCredential : 0) })
}

/** The value of a cookie. */
const cookieValue = (missing: number): Value => valueOf({ flags: fromRequest | isCredential | missing })

/** A field of a query, a body or the path. */
export function fieldValue(name: string | null, flags: number, role: Role | null = null): Value {
  const isSecretField = name !== null && isCredentialName(name)
  return valueOf({ role, flags: fromRequest | flags | (isSecretField ? isCredential : 0) })
}

const requestMembers = new Map<string, Value>([
  ['headers', roleOf('headers')],
  ['cookies', roleOf('cookies')],
  ['query', roleOf('query', fromRequest | fromQuery)],
  ['body', roleOf('body', fromRequest | isParsedBody)],
  ['nextUrl', roleOf('url')],
  ['url', roleOf('url')],
  ['method', valueOf({ flags: fromRequest | isMethod })],
  ['ip', valueOf({ flags: fromRequest | fromHost })],
  ['geo', valueOf({ flags: fromRequest | fromHost })],
  ['socket', valueOf({ flags: fromRequest })],
])

// What middleware stores in a request. A client cannot set it.
const session = /^(?:user|userId|session|auth|account|currentUser|identity|admin|member|viewer|jwt|apiKey|token)$/

/** What middleware has stored under this name, as in `req.user`. */
export const isSessionMember = (name: string): boolean => session.test(name)

/** A member of something of a request. Returns null if the role says nothing about it. */
export function requestMember({ role, flags }: Value, name: string): Value | null {
  switch (role) {
    case 'request':
      return requestMembers.get(name) ?? null
    case 'headers':
      return headerValue(name, mayBeMissing)
    case 'cookies':
      return cookieValue(mayBeMissing)
    case 'url':
      if (name === 'searchParams') return roleOf('query', fromRequest | fromQuery)
      if ((flags & fromRequest) === 0) return null
      return valueOf({
        flags: fromRequest | (/^host|^origin|^protocol/.test(name) ? fromHost : 0),
        role: name === 'href' ? 'url' : null,
      })
    case 'query':
      return fieldValue(name, fromQuery | mayBeMissing)
    case 'context':
      return roleOf('params')
    case 'params':
      return fieldValue(name, 0)
    case 'body':
      return fieldValue(name, (flags & isParsedBody) | mayBeMissing, 'body')
    default:
      return null
  }
}

/** The result of a method of something of a request, such as `headers.get('authorization')`. Returns null for other methods. */
export function requestCall({ role, flags }: Value, method: string, args: readonly Value[]): Value | null {
  const literal = args[0]?.literal?.value
  const name = typeof literal === 'string' ? literal : null
  const reads = method === 'get' || method === 'getAll'
  switch (role) {
    case 'request':
      if (method === 'json') return roleOf('body', fromRequest | isParsedBody)
      if (method === 'formData') return roleOf('body', fromRequest)
      if (method === 'text' || method === 'arrayBuffer' || method === 'blob' || method === 'bytes')
        return roleOf('rawBody')
      if (method === 'clone') return roleOf('request')
      return method === 'header' ? headerValue(name, mayBeMissing) : null
    case 'headers':
      return reads ? headerValue(name, mayBeNull) : null
    case 'cookies':
      return reads || method === 'has' ? cookieValue(mayBeMissing) : null
    case 'query':
      return reads || method === 'has' ? fieldValue(name, fromQuery | mayBeNull) : null
    case 'body':
      return reads ? fieldValue(name, (flags & isParsedBody) | mayBeNull, 'body') : null
    default:
      return null
  }
}
