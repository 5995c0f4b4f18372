import type { ParamTree } from '../params/parse-form.ts'

/** The methods of Stripe's API. */
export type Method = 'DELETE' | 'GET' | 'POST'

/** A request as an endpoint sees it. */
export interface StripeRequest {
  /** The request's id, `req_…`. */
  readonly id: string
  readonly idempotencyKey: string | null
  /** The id in the path; empty for a path without an id. */
  readonly objectId: string
  readonly params: ParamTree
}

/** One operation of the API. */
export interface Endpoint {
  readonly method: Method
  /** The path, with `:id` for an object's id. */
  readonly path: string
  /**
   * Runs the operation inside a transaction and returns the body of the response.
   *
   * @throws StripeErrorReply for an invalid request, before anything is written
   */
  run(request: StripeRequest): object
}

/** Finds the endpoint of a request and the id in its path. Returns null for an unknown URL. */
export function matchEndpoint(
  endpoints: readonly Endpoint[],
  method: string,
  path: string,
): { endpoint: Endpoint; objectId: string } | null {
  for (const endpoint of endpoints) {
    if (endpoint.method !== method) continue
    if (endpoint.path === path) return { endpoint, objectId: '' }
    const [prefix = '', suffix] = endpoint.path.split(':id')
    if (suffix === undefined || !path.startsWith(prefix) || !path.endsWith(suffix)) continue
    const objectId = decodeSegment(path.slice(prefix.length, path.length - suffix.length))
    if (objectId !== null) return { endpoint, objectId }
  }
  return null
}

function decodeSegment(segment: string): string | null {
  if (segment === '' || segment.includes('/')) return null
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
