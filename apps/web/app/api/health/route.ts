import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { readHealth } from '#server/health.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'

// routekey-audit: public, names no address, key or error
/** Responds 200 if the application is ready to serve, also if wake-ups fail, or 503 with the parts that are missing. */
export async function GET(): Promise<Response> {
  const health = await readHealth(async (signal) => getStripeCustomerEngine().readWakeUps({ signal }))
  return Response.json(health, {
    status: health.status === 'unavailable' ? 503 : 200,
    headers: { 'cache-control': 'no-store' },
  })
}

/** Rendered for each request: the parts do not run at build time. */
export const dynamic = 'force-dynamic'

export const { DELETE, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET', 'HEAD')
