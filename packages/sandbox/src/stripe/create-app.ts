import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { controlRoutes, type Controls } from './control/control-routes.ts'
import { customerPage, PAGE_POLICY, PAGE_SIZE } from './control/customer-page.ts'
import { loopbackOnly } from './control/loopback-only.ts'
import type { CustomerStore } from './customers/customer-store.ts'
import type { IncomingRequest } from './requests/answer-request.ts'
import { errorReply, type Reply } from './requests/reply.ts'

interface Environment {
  Bindings: HttpBindings
}

const MAX_BODY_BYTES = 1024 * 1024

const TOO_LARGE = errorReply(413, { type: 'invalid_request_error', message: 'The request is larger than 1 MB.' })

/** Creates the HTTP surface: the API under `/v1`, the control endpoints under `/_sandbox`, and the page at `/`. */
export function createApp(
  answer: (incoming: IncomingRequest) => Promise<Reply | null>,
  controls: Controls,
  customers: CustomerStore,
): Hono<Environment> {
  const app = new Hono<Environment>()

  app.use('/v1/*', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => toResponse(TOO_LARGE) }))
  app.all('/v1/*', async (c) => {
    const reply = await answer(incomingRequest(c))
    if (reply !== null) return toResponse(reply)
    c.env.outgoing.destroy()
    return RESPONSE_ALREADY_SENT
  })

  app.use('/_sandbox/*', loopbackOnly)
  app.route('/_sandbox', controlRoutes(controls))

  app.get('/', loopbackOnly, (c) => {
    c.header('Content-Security-Policy', PAGE_POLICY)
    c.header('Cache-Control', 'no-store')
    return c.html(customerPage(customers.allLive(PAGE_SIZE), customers.count(false)))
  })

  app.notFound((c) => {
    const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}).`
    return c.json({ error: { type: 'invalid_request_error', message } }, 404)
  })
  return app
}

function incomingRequest(c: Context<Environment>): IncomingRequest {
  const { outgoing } = c.env
  return {
    method: c.req.method,
    path: c.req.path,
    query: c.req.url.split('?')[1] ?? '',
    header: (name) => c.req.header(name),
    readBody: () => c.req.text(),
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
