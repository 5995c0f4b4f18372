/** A route of this application that a visitor may try. */
export interface GuardedRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whom it lets in, in a few words. */
  readonly accepts: string
  /** False where only the server's own key opens it: it is then tried without any. */
  readonly acceptsUserKey: boolean
}

/** The route that the database calls: it shows what a stranger gets. */
export const createCustomerRoute: GuardedRoute = {
  method: 'POST',
  path: '/api/create-stripe-customer',
  accepts: 'Only the server’s own key',
  acceptsUserKey: false,
}

/** What the first trial is sent to. */
export const whoamiRoute: GuardedRoute = {
  method: 'GET',
  path: '/api/v1/whoami',
  accepts: 'Any API key of a user',
  acceptsUserKey: true,
}

/** All that can be tried; nothing else is ever sent. */
export const guardedRoutes: readonly GuardedRoute[] = [
  whoamiRoute,
  { method: 'GET', path: '/api/v1/customer', accepts: 'A key with customer:read', acceptsUserKey: true },
  createCustomerRoute,
]

/**
 * Writes a trial as a line for the shell. The key stays in a variable: a shell keeps what is typed.
 *
 * @param origin where the visitor reaches this application
 */
export function curlCommand(route: GuardedRoute, origin: string, withKey: boolean): string {
  const method = route.method === 'GET' ? '' : `-X ${route.method} `
  const header = withKey ? ` \\\n  -H "Authorization: Bearer $ROUTEKEY_API_KEY"` : ''
  return `curl -i ${method}${new URL(route.path, origin).href}${header}`
}
