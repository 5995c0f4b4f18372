import { roleOf } from '../known/request.ts'
import type { Context } from '../machine.ts'
import {
  deepFlags,
  deepSecrets,
  derive,
  fromQuery,
  fromRequest,
  isCredential,
  isDerived,
  mayBeMissing,
  mayBeNull,
  type Value,
  valueOf,
} from '../values/value.ts'
import type { ExternalCall } from './external-calls.ts'
import { asText } from './operators.ts'
import { addEffect, runFunctions } from './run-functions.ts'

/** Calls a global function, such as `fetch` or `Buffer.from`. */
export function callGlobal(path: string, { args, start }: ExternalCall, context: Context): Value {
  const [first] = args
  if (path === 'fetch' || path === 'globalThis.fetch' || path === 'window.fetch') return callFetch(args, start, context)
  if (path === 'String' || path === 'encodeURIComponent') return asText(args)
  if (/^Promise\.(?:all|resolve|allSettled|race|any)$/.test(path)) return first ?? valueOf({})
  if (
    path === 'Object.fromEntries' ||
    path === 'Object.assign' ||
    path === 'Object.freeze' ||
    path === 'structuredClone'
  )
    return first ?? valueOf({})
  if (path === 'JSON.parse' && first?.role === 'rawBody') return roleOf('body', first.flags | fromRequest)
  if (path.startsWith('console.')) return valueOf({})
  const results = args.map((arg) => (arg.functions.length === 0 ? arg : runFunctions(arg.functions, [], context, null)))
  const value = derive(results)
  const isBytes = /^(?:Buffer|atob|btoa|decodeURI)/.test(path)
  return {
    ...value,
    flags: isBytes ? value.flags & ~(mayBeMissing | mayBeNull) : value.flags,
    role: isBytes ? null : (first?.role ?? null),
  }
}

function callFetch(args: readonly Value[], start: number, context: Context): Value {
  const [url, options] = args
  const method = options?.members?.get('method')?.literal?.value
  const secrets = args.flatMap((arg) => deepSecrets(arg))
  const flags = args.reduce((all, arg) => all | deepFlags(arg), 0)
  const isSending = typeof method === 'string' && !/^(?:get|head|options)$/i.test(method)
  // A request that is the same for everyone, such as the check of a licence, is nothing that strangers cause.
  const isCaused = (flags & (fromRequest | isDerived)) !== 0 || context.machine.isHandlerFile(context.module.file)
  const kind = isSending && isCaused ? (secrets.length > 0 ? 'spends' : 'sends') : 'reads'
  const target = url?.literal?.value
  addEffect({ kind, name: `fetch(${typeof target === 'string' ? target.slice(0, 60) : ''})`, start }, context)
  if ((flags & isCredential) === 0) return valueOf({ flags: (flags & fromRequest) === 0 ? 0 : isDerived })
  const guard = {
    name: 'fetch() with a credential of the caller',
    file: context.module.file,
    start,
    holes: [],
    isConditional: false,
  }
  return valueOf({ flags: isDerived, guard, polarity: 0 })
}

/** Creates an object of a global class. */
export function newGlobal(path: string, args: readonly Value[]): Value {
  const [first] = args
  if (path === 'URL') {
    // `new URL(request.url)` is the address of the request; `new URL('/path', request.url)` and `new URL(body.url)` are others.
    return first?.role === 'url' ? first : derive(args)
  }
  if (path === 'URLSearchParams') return roleOf('query', fromRequest | fromQuery)
  if (path === 'Headers' && first?.role === 'headers') return first
  if (path === 'Promise' || path === 'ReadableStream' || path === 'Proxy')
    return valueOf({ functions: args.flatMap(({ functions }) => functions) })
  if (/^(?:Set|Map|Array|Uint8Array|Date|String|RegExp)$/.test(path))
    return { ...derive(args), members: first?.members ?? null }
  return derive(args)
}
