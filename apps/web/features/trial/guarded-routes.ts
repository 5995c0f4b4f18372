/** A route of this application that a visitor can try. */
export interface GuardedRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The keys that it accepts, in a few words. */
  readonly accepts: string
  /** False if it accepts only the server's key. It is then called without a key. */
  readonly acceptsUserKey: boolean
}

/** The route that the database calls. */
export const createCustomerRoute: GuardedRoute = {
  method: 'POST',
  path: '/api/create-stripe-customer',
  accepts: 'Only the server’s key',
  acceptsUserKey: false,
}

/** The route that is selected at first. */
export const whoamiRoute: GuardedRoute = {
  method: 'GET',
  path: '/api/v1/whoami',
  accepts: 'Any API key of a user',
  acceptsUserKey: true,
}

/** All routes that can be tried. Requests go nowhere else. */
export const guardedRoutes: readonly GuardedRoute[] = [
  whoamiRoute,
  { method: 'GET', path: '/api/v1/customer', accepts: 'A key with customer:read', acceptsUserKey: true },
  createCustomerRoute,
]

/**
 * Writes the `curl` command of a trial, for bash and zsh. It asks for the key without showing it and sends it through a pipe, so that
 * neither the shell's history nor the list of processes contains it.
 *
 * @param origin the origin at which the visitor reaches this application
 */
export function curlCommand(route: GuardedRoute, origin: string, withKey: boolean): string {
  const method = route.method === 'GET' ? '' : `-X ${route.method} `
  const command = `curl -i ${method}${new URL(route.path, origin).href}`
  return withKey ? `read -rs KEY &&\n  printf 'Authorization: Bearer %s' "$KEY" |\n  ${command} -H @-` : command
}
