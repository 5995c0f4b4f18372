import { problemResponse } from '../problem-response.ts'
import { requestOrigin } from '../request-origin.ts'
import { isValidCall, isValidForm } from './is-valid-action.ts'
import { parseMultipart } from './parse-multipart.ts'

/** The largest body of a request to a page, in bytes, as in `next.config.ts`. The longest form has 2 kB. */
const maximumFormBytes = 65_536

/**
 * Checks a request that may change something before a page or a server action sees it. The framework renders the page for any
 * body, and it fails with a 500 on an action from another origin and on arguments of an action that its own client would not send.
 *
 * @returns the refusal, or null
 */
export async function checkPageRequest(request: Request): Promise<Response | null> {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD') return null
  const mayBeAction = headers.has('next-action') || isMultipart(headers)
  // Every browser of today says where a request comes from. Another site of the same domain is another site.
  const site = headers.get('sec-fetch-site')
  if (!['same-origin', 'none', null].includes(site) || !isOwnOrigin(headers, mayBeAction)) {
    return problemResponse(403, 'This request comes from another site. Send it from the page itself.')
  }
  // The framework responds 400 to it on pages.
  if (method === 'OPTIONS') {
    return problemResponse(405, 'Method not allowed. Use GET, HEAD or POST.', { allow: 'GET, HEAD, POST' })
  }
  if (method !== 'POST') return null
  if (Number(headers.get('content-length') ?? 0) > maximumFormBytes) {
    return problemResponse(413, `The body must not exceed ${maximumFormBytes} bytes.`)
  }
  // The framework reads no other body.
  if (!mayBeAction) return null
  // A copy, because the page reads the body itself. `proxyClientMaxBodySize` cuts a longer body that announces no length.
  const body = Buffer.from(await request.clone().arrayBuffer())
  if (isValidBody(headers, body)) return null
  return problemResponse(400, 'The form could not be read. Reload the page, and send it again.')
}

/** Whether the framework takes the body for a form, in any case of the type. */
function isMultipart(headers: Headers): boolean {
  return /^multipart\/form-data/i.test(headers.get('content-type') ?? '')
}

/**
 * Whether the header `Origin` is missing or exactly that of the application. From a page that sends no referrer, browsers send `null`,
 * with which the framework runs no action.
 */
function isOwnOrigin(headers: Headers, mayBeAction: boolean): boolean {
  const origin = headers.get('origin')
  if (origin === null) return true
  if (origin === 'null') return !mayBeAction && headers.get('sec-fetch-site') === 'same-origin'
  return origin === requestOrigin(headers) && URL.canParse(origin) && new URL(origin).origin === origin
}

function isValidBody(headers: Headers, body: Buffer): boolean {
  const contentType = headers.get('content-type') ?? ''
  const isCall = headers.has('next-action')
  if (isCall && !isMultipart(headers)) {
    // The client leaves out the form of an action that does not use it.
    return /^text\/plain\b/i.test(contentType) && body.toString('latin1') === '[]'
  }
  const fields = parseMultipart(contentType, body)
  return fields !== null && (isCall ? isValidCall(fields) : isValidForm(fields))
}
