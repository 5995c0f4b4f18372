import { addHeaders } from '../../guard/add-headers.ts'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import { RoutekeyError } from '../../errors.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { isBelow, normalizePath, resolveParents } from './match-path.ts'

/** The part of `NextRequest` that the guard looks at. */
export interface ProxyRequest extends Request {
  /** The address without base path and locale. */
  readonly nextUrl?: { readonly pathname: string }
}

// What `NextResponse.next()` answers, written out so that this module does not load Next.js.
const goOn = () => new Response(null, { headers: { 'x-middleware-next': '1' } })

/**
 * Guards paths in `proxy.ts`, each with everything below it. Where several guarded paths contain one another, the longest
 * decides. A path that is guarded nowhere goes on unasked.
 *
 * This is a second fence, not the first: a matcher that misses a path, a rewrite, or a server that calls the route without
 * the proxy goes around it. Guard each route with `withKey` too. The caller is not passed on, because a header that says who
 * called can be forged wherever the proxy does not run.
 *
 * @param guards The verifier of each path, such as `/api/internal`.
 * @param proxy What your own proxy does with requests that are let in; by default they go on to their route.
 * @throws `ERR_CONFIG_PATH`
 * @example
 * // proxy.ts
 * import { envSecret } from 'routekey'
 * import { guardPaths } from 'routekey/next-proxy'
 *
 * export const proxy = guardPaths({ '/api/internal': envSecret('API_ROUTE_SECRET') })
 */
export function guardPaths<Incoming extends ProxyRequest = ProxyRequest, Event = unknown>(
  guards: Readonly<Record<string, Verifier<unknown>>>,
  proxy?: (
    request: Incoming,
    event: Event,
  ) => Response | null | undefined | void | Promise<Response | null | undefined | void>,
  options: AuthenticateOptions = {},
): (request: Incoming, event: Event) => Promise<Response> {
  const rules = Object.entries(guards).map(([path, verifier]) => {
    if (!/^\/[^?#*:]*$/.test(path)) {
      throw new RoutekeyError(
        'ERR_CONFIG_PATH',
        `${JSON.stringify(path)} is not a path without patterns. Use one such as "/api/internal", which also guards everything below it.`,
      )
    }
    return { path: normalizePath(encodeURI(path)), verifier }
  })
  rules.sort((left, right) => right.path.length - left.path.length)

  return async (request, event) => {
    // Every form that some router may see: too many guarded paths are a nuisance, one too few is a hole. `nextUrl` leaves out a
    // base path or locale that a guarded path may name.
    const normalized = [request.nextUrl?.pathname ?? '/', new URL(request.url).pathname].map(normalizePath)
    const paths = [...normalized, ...normalized.map(resolveParents)]
    const rule = rules.find((candidate) => paths.some((path) => isBelow(path, candidate.path)))
    const pass = async () => (await proxy?.(request, event)) ?? goOn()
    if (rule === undefined) return pass()
    const result = await authenticate(request, rule.verifier, options)
    if (!result.ok) return denialResponse(result.denial)
    return addHeaders(await pass(), result.headers)
  }
}
