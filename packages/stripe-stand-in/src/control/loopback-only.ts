import { isIP } from 'node:net'
import { createMiddleware } from 'hono/factory'

/**
 * Refuses requests that a web page could have sent: a host name that is not the machine's own (DNS rebinding), or an
 * `Origin` other than the stand-in's own page (cross-site posts). The page and the control endpoints ask for no key.
 */
export const loopbackOnly = createMiddleware(async (c, next) => {
  const host = c.req.header('host') ?? ''
  const origin = c.req.header('origin')
  if (!isLoopback(host) || (origin !== undefined && origin !== `http://${host}`)) {
    return c.json({ error: { type: 'invalid_request_error', message: 'Only this machine may ask for this.' } }, 403)
  }
  return next()
})

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (name === 'localhost' || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}
