import { text } from 'node:stream/consumers'

import { serve } from '../../serve.ts'
import { closedRoutes, type FixtureRoute, openRoutes, unclearRoutes } from './fixture-routes.ts'

/** A server with routes to check. */
export interface Fixture {
  readonly origin: string
  /** How many requests each path has had. */
  readonly counts: ReadonlyMap<string, number>
  /** Every key that arrived in an address. */
  readonly addresses: readonly string[]
  readonly stop: () => Promise<void>
}

const routes: Readonly<Record<string, FixtureRoute>> = { ...openRoutes, ...closedRoutes, ...unclearRoutes }
const buildId = 'fixture-build-1'

function findRoute(path: string): FixtureRoute | undefined {
  const data = new RegExp(`^/_next/data/${buildId}(/.*)\\.json$`).exec(path)?.[1]
  const entry = Object.entries(routes).find(([name]) => name.split(' ')[1] === (data ?? path))
  if (path.startsWith('/single-page/')) return routes['POST /single-page/api']
  // Only the route that is guarded by its path has this form.
  return data !== undefined && data !== '/data-form' ? undefined : entry?.[1]
}

/** Starts the server on loopback. */
export async function startFixture(key: string): Promise<Fixture> {
  const counts = new Map<string, number>()
  const addresses: string[] = []
  const { origin, stop } = await serve(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture')
    counts.set(url.pathname, (counts.get(url.pathname) ?? 0) + 1)
    addresses.push(url.href)
    if (url.pathname === '/') return response.end(`<script src="/_next/static/${buildId}/_buildManifest.js"></script>`)
    const { method = '', headers } = request
    const body = await text(request)
    const route = findRoute(url.pathname)
    const [status, content, extra] = route?.({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body,
      key,
    }) ?? [404, 'Not found']
    response.writeHead(status, { 'content-type': 'application/json', ...extra })
    return response.end(typeof content === 'string' ? content : JSON.stringify(content))
  })
  return { origin, counts, addresses, stop }
}
