import { addHeaders } from '../../guard/add-headers.ts'
import { authenticate } from '../../guard/authenticate.ts'
import { type GuardOptions, refuse } from '../../guard/refuse.ts'
import { RoutekeyError } from '../../errors.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { isBelow, listPathForms, normalizePath } from './normalize-path.ts'

/** The part of `NextRequest` that {@link guardPaths} reads. */
export interface ProxyRequest extends Request {
  /** The URL without base path and locale. */
  readonly nextUrl?: {
    readonly pathname: string
    /** The locale that Next.js detected; empty without `i18n`. */
    readonly locale?: string
    readonly basePath?: string
  }
}

// The same response as `NextResponse.next()`, without loading Next.js.
const continueToRoute = () => new Response(null, { headers: { 'x-middleware-next': '1' } })

/**
 * Guards paths in `proxy.ts`, and everything below them. If several guarded paths match, the longest one decides. All other
 * paths pass without a check.
 *
 * This is a second line of defence. A matcher that misses a path, a rewrite, or a server that calls the route without the proxy
 * bypasses it, so guard each route with `withKey` too. The route does not get the caller, because a header that names it could be
 * forged if the proxy does not run.
 *
 * @param guards the verifier of each path, such as `/api/internal`
 * @param proxy your own proxy, called for accepted requests; the default sends them to their route
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
  options: GuardOptions = {},
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
    // Checks every form of the path that a router may see, because one form too few is a hole. `nextUrl` omits the base path and
    // locale, which a guarded path may include. With `skipProxyUrlNormalize`, both have the path as the client sent it.
    const { nextUrl } = request
    // With `i18n`, a locale can come before the path, and Next.js also leaves out `assetPrefix`, which is not known here.
    const hasLocales = Boolean(nextUrl?.locale)
    const pathname = nextUrl?.pathname ?? '/'
    const paths = [pathname, `${nextUrl?.basePath ?? ''}${pathname}`, new URL(request.url).pathname].flatMap((path) =>
      listPathForms(normalizePath(path), hasLocales),
    )
    const found = new Set(paths.map((path) => rules.find((rule) => isBelow(path, rule.path, hasLocales))))
    found.delete(undefined)
    // The rule for "/" matches every form, so it decides only if no other rule matches.
    if (found.size > 1) found.delete(rules.find((rule) => rule.path === '/'))

    const headers: Record<string, string> = {}
    // More than one only for a path that hides another one, such as `/a/%252e%252e/b`: the key must fit both.
    for (const rule of found) {
      if (rule === undefined) continue
      // oxlint-disable-next-line no-await-in-loop -- one refusal is enough
      const result = await authenticate(request, rule.verifier, options)
      if (!result.ok) return refuse(result.denial, request, options)
      Object.assign(headers, result.headers)
    }
    const response = (await proxy?.(request, event)) ?? continueToRoute()
    // In Next.js, the headers of a proxy win over those of the route, so a proxy cannot give a default. `Vary` says enough to caches.
    if (headers['cache-control'] === 'private' && response.headers.has('x-middleware-next'))
      delete headers['cache-control']
    return addHeaders(response, headers)
  }
}
