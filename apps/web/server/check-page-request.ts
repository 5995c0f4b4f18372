import { problemResponse } from './problem-response.ts'

/** The largest body of a request to a page, in bytes, as in `next.config.ts`. The longest form has 2 kB. */
const maximumFormBytes = 65_536

const invalidForm = () => problemResponse(400, 'The form could not be read. Reload the page, and send it again.')

/**
 * Checks a request that may change something before a page or a server action sees it. The framework renders the page for any
 * body, and it fails with a 500 on arguments of an action that its own client would not send.
 *
 * @returns the refusal, or null
 */
export async function checkPageRequest(request: Request): Promise<Response | null> {
  if (request.method === 'GET' || request.method === 'HEAD') return null
  // Every browser of today says where a request comes from. Another site of the same domain is another site.
  if (!['same-origin', 'none', null].includes(request.headers.get('sec-fetch-site'))) {
    return problemResponse(403, 'This request comes from another site. Send it from the page itself.')
  }
  if (request.method !== 'POST') return null
  if (Number(request.headers.get('content-length') ?? 0) > maximumFormBytes) {
    return problemResponse(413, `The body must not exceed ${maximumFormBytes} bytes.`)
  }
  // A copy, because the page reads the body itself. `proxyClientMaxBodySize` cuts a longer body that announces no length.
  const body = await request.clone().arrayBuffer()
  return (await isValidBody(request.headers, body)) ? null : invalidForm()
}

async function isValidBody(headers: Headers, body: ArrayBuffer): Promise<boolean> {
  const contentType = headers.get('content-type') ?? ''
  const isAction = headers.has('next-action')
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType)) {
    // The client leaves out the form of an action that does not use it.
    return !isAction || Buffer.from(body).toString('utf8') === '[]'
  }
  const form = await readForm(contentType, body)
  if (form === null) return false
  return isAction ? isValidCall(form.get('0')) : isValidFormAction(form)
}

/** Reads a form, or returns null if it is malformed. */
async function readForm(contentType: string, body: ArrayBuffer): Promise<FormData | null> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData()
  } catch {
    return null
  }
}

/** Whether the arguments are a form, or a state and a form, the only ones that an action of this application takes. */
function isValidCall(call: FormDataEntryValue | null): boolean {
  const value = parseArguments(call)
  return value !== null && value.length <= 2 && value.at(-1) === '$K1'
}

/** Whether a form that was sent without scripts names at most one action, in the shape that the page has given it. */
function isValidFormAction(form: FormData): boolean {
  for (const name of form.keys()) {
    if (!name.startsWith('$ACTION_')) continue
    const [, index] = /^\$ACTION_REF_(\d+)$/.exec(name) ?? []
    if (index !== undefined && !isValidReference(form, index)) return false
    if (index === undefined && !/^\$ACTION_(?:KEY|ID_[\da-f]{42}|\d+:[01])$/.test(name)) return false
  }
  return true
}

function isValidReference(form: FormData, index: string): boolean {
  const reference = form.get(`$ACTION_${index}:0`)
  if (typeof reference !== 'string' || !/^\{"id":"[\da-f]{42}","bound":"\$@1"\}$/.test(reference)) return false
  return parseArguments(form.get(`$ACTION_${index}:1`)) !== null
}

/** Parses a list of arguments in which no text refers to another part of the request, except for a form. */
function parseArguments(text: FormDataEntryValue | null): unknown[] | null {
  if (typeof text !== 'string') return null
  try {
    const value: unknown = JSON.parse(text, (_, member) => {
      if (typeof member === 'string' && /^\$(?!\$|undefined$|K1$)/.test(member)) throw new SyntaxError('A reference')
      return member
    })
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
