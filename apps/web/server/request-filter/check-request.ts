import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js'
import { maximumCookieParts, type RequestBounds } from './request-bounds.ts'

/** The part of a request that is checked; an `IncomingMessage` of `node:http` fits. */
export interface UncheckedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
}

/** Why a request is refused before the framework sees it. */
export interface RequestRefusal {
  readonly status: 400 | 404 | 405 | 414 | 431
  readonly code:
    | 'invalid_url'
    | 'invalid_header'
    | 'invalid_method'
    | 'invalid_upgrade'
    | 'not_found'
    | 'url_too_long'
    | 'too_many_parameters'
    | 'too_many_headers'
  /** Says how to fix the request; it is public. */
  readonly detail: string
  /** The methods that are allowed, with 405. */
  readonly allow?: readonly string[]
}

/** The methods that the framework can pass to a route. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/**
 * Checks a request before the framework sees it, in time that grows with its length alone.
 *
 * @returns why it is refused, or null
 */
export function checkRequest(request: UncheckedRequest, bounds: RequestBounds): RequestRefusal | null {
  const { method = '', url = '', rawHeaders } = request
  if (!methods.some((known) => known === method)) {
    return refuseMethod(methods)
  }
  return checkUrl(url, bounds) ?? checkTarget(method, url) ?? checkHeaders(rawHeaders, bounds)
}

function refuseMethod(allow: readonly string[]): RequestRefusal {
  return { status: 405, code: 'invalid_method', detail: `Method not allowed. Use ${allow.join(', ')}.`, allow }
}

/** Refuses what the framework answers with a 500: to change a file, and the page that it shows for its own errors. */
function checkTarget(method: string, url: string): RequestRefusal | null {
  const path = decodeURIComponent(url.split('?', 1)[0] ?? '')
  if (/^\/_global-error(?:[/.]|$)/i.test(path)) return { status: 404, code: 'not_found', detail: 'No such page.' }
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead || !isFile(path) ? null : refuseMethod(['GET', 'HEAD'])
}

/** Whether a path is that of a file, for which `proxy.ts` does not run. */
function isFile(path: string): boolean {
  return /^\/(?:_next\/static(?:\/|$)|(?:icon\.svg|favicon\.ico)\/?$)/i.test(path)
}

function checkUrl(url: string, bounds: RequestBounds): RequestRefusal | null {
  if (url.length > bounds.urlLength) {
    const detail = `The path and query must not exceed ${bounds.urlLength} characters.`
    return { status: 414, code: 'url_too_long', detail }
  }
  const queryStart = url.indexOf('?')
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  const query = queryStart === -1 ? '' : url.slice(queryStart + 1)
  if (count(query, '&') >= bounds.queryParameters) {
    const detail = `The query must not have more than ${bounds.queryParameters} parameters.`
    return { status: 400, code: 'too_many_parameters', detail }
  }
  // The framework redirects a path with an empty segment or a backslash, with the query and a secret in it.
  const isValid = path.startsWith('/') && !/\/\/|\\/.test(path) && isPlainPath(path) && !query.includes('%00')
  return isValid ? null : { status: 400, code: 'invalid_url', detail: 'The URL is not valid.' }
}

/**
 * Whether percent-encoding is complete and in UTF-8, without the NUL that a database cannot store, and no segment is a dot or two, which
 * only a part of the framework resolves. Clients resolve them before they send a request.
 */
function isPlainPath(path: string): boolean {
  try {
    return !/\0|(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(decodeURIComponent(path))
  } catch {
    return false
  }
}

function checkHeaders(rawHeaders: readonly string[], bounds: RequestBounds): RequestRefusal | null {
  if (rawHeaders.length / 2 > bounds.headers) {
    const detail = `The request must not have more than ${bounds.headers} header fields.`
    return { status: 431, code: 'too_many_headers', detail }
  }
  let cookies = 0
  let cookieParts = 0
  const ruled = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (name === 'cookie') {
      cookies += count(value, ';') + 1
      cookieParts += value.match(/\.\d+\s*=/g)?.length ?? 0
    }
    // As Node joins the fields of a name.
    if (headerRules.has(name)) ruled.set(name, ruled.has(name) ? `${ruled.get(name)}, ${value}` : value)
  }
  for (const [name, value] of ruled) {
    if (headerRules.get(name)?.(value)) continue
    return { status: 400, code: 'invalid_header', detail: `The header ${name} is not valid.` }
  }
  if (cookies <= bounds.cookies && cookieParts <= maximumCookieParts) return null
  const detail = `The request must not have more than ${bounds.cookies} cookies. Delete the cookies of this site.`
  return { status: 431, code: 'too_many_headers', detail }
}

/** Whether a value is a host with an optional port. */
function isHost(value: string): boolean {
  const host = value.trim()
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
}

/** Headers that the framework takes to be valid; it responds 500 otherwise. */
const headerRules: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['host', isHost],
  ['x-forwarded-host', (value: string) => value.split(',').every(isHost)],
  ['origin', isOrigin],
  ['next-router-state-tree', isRouterState],
])

function isOrigin(value: string): boolean {
  return value === 'null' || (/^[a-z][a-z\d+.-]*:\/\/[^/,\s]*$/i.test(value) && URL.canParse(value))
}

/** Whether the framework can parse the header in which its own router says what it shows. */
function isRouterState(value: string): boolean {
  try {
    parseAndValidateFlightRouterState(value)
    return true
  } catch {
    return false
  }
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1
  return found
}
