import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT as responseAlreadySent } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { createControlRoutes } from './control/control-routes.ts'
import type { Controls } from './control/controls.ts'
import { customerPage, pagePolicy, pageSize } from './control/customer-page.ts'
import { loopbackOnly } from './control/loopback-only.ts'
import type { CustomerStore } from './customers/customer-store.ts'
import type { IncomingRequest } from './requests/answer-request.ts'
import { readBody } from './requests/read-body.ts'
import { errorReply, type Reply } from './requests/reply.ts'

interface Environment {
  readonly Bindings: HttpBindings
}

const failedReply = errorReply(500, { type: 'api_error', message: 'The Stripe stand-in failed. See its log.' })

export interface AppDependencies {
  /** Returns null to cut the connection. */
  readonly answer: (incoming: IncomingRequest) => Promise<Reply | null>
  readonly controls: Controls
  readonly customers: CustomerStore
  readonly onError: (error: unknown) => void
}

/** Creates the HTTP routes: the API under `/v1`, the control routes under `/_sandbox`, and the page at `/`. */
export function createApp({ answer, controls, customers, onError }: AppDependencies): Hono<Environment> {
  const app = new Hono<Environment>()

  app.all('/v1/*', async (c) => {
    const reply = await answer(incomingRequest(c))
    if (reply !== null) return toResponse(reply)
    c.env.outgoing.destroy()
    return responseAlreadySent
  })

  app.use('/_sandbox/*', loopbackOnly)
  app.route('/_sandbox', createControlRoutes(controls))

  app.get('/', loopbackOnly, (c) => {
    c.header('Content-Security-Policy', pagePolicy)
    c.header('Cache-Control', 'no-store')
    return c.html(customerPage(customers.allLive(pageSize), customers.count(false)))
  })

  app.onError((error) => {
    onError(error)
    return toResponse(failedReply)
  })
  app.notFound((c) => {
    const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}).`
    return c.json({ error: { type: 'invalid_request_error', message } }, 404)
  })
  return app
}

function incomingRequest(c: Context<Environment>): IncomingRequest {
  const { incoming, outgoing } = c.env
  return {
    method: c.req.method,
    path: c.req.path,
    query: c.req.url.split('?')[1] ?? '',
    header: (name) => c.req.header(name),
    readBody: () => readBody(incoming),
    whenClosed: () =>
      new Promise((resolve) => {
        if (outgoing.destroyed) resolve()
        else outgoing.once('close', resolve)
      }),
  }
}

function toResponse({ status, body, headers }: Reply): Response {
  return new Response(body, { status, headers })
}
