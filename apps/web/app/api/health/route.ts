import { readHealth } from '#server/health.ts'
import { methodNotAllowed } from '#server/problem-response.ts'

// routekey-audit: public, names no address, key or error
/** Tells whether the application is ready to serve (200) or which part is missing (503). */
export async function GET(): Promise<Response> {
  const health = await readHealth()
  return Response.json(health, {
    status: health.status === 'ok' ? 200 : 503,
    headers: { 'cache-control': 'no-store' },
  })
}

/** Rendered at each request: at build time there is nothing to ask. */
export const dynamic = 'force-dynamic'

const refuse = methodNotAllowed('GET', 'HEAD')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT }
