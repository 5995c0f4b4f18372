import { isIP } from 'node:net'
import { createMiddleware } from 'hono/factory'

/**
 * Refuses requests that a web page could have sent: a host name that is not this machine's (DNS rebinding), or an `Origin`
 * other than the stand-in's own page (cross-site posts). The page and the control routes do not ask for a key.
 */
export const loopbackOnly = createMiddleware(async (c, next) => {
  const host = c.req.header('host') ?? ''
  const origin = c.req.header('origin')
  if (!isLoopback(host) || (origin !== undefined && origin !== `http://${host}`)) {
    const message = 'Only requests from this machine are allowed, and not from the page of another site.'
    return c.json({ error: { type: 'invalid_request_error', message } }, 403)
  }
  return next()
})

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (name === 'localhost' || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}
