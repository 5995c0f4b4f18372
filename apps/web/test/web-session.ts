import { randomUUID } from 'node:crypto'
import { createSession, type Session } from './create-session.ts'
import { type Answer, send } from './send.ts'
import type { Stack } from './stack.ts'

/** A browser without scripts: keeps cookies, follows nothing by itself. */
export type WebSession = Session & {
  /** Loads a page, as a browser does when an address is typed. */
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  /**
   * Sends a form of a page that was loaded, as the browser does before scripts arrive.
   *
   * @param page the answer with the form
   * @param button the text of its button
   */
  submit: (page: Answer, button: string, fields?: Record<string, string>) => Promise<Answer>
}

/** Signs a new user up as the application does it, and gives their session; or, with an e-mail that is known, signs in. */
export async function openSession(stack: Stack, known?: { email: string }): Promise<WebSession> {
  const session = await createSession(stack, known === undefined ? {} : { known })
  const { cookies } = session
  // A form without an address of its own goes to that of its page.
  const paths = new WeakMap<Answer, string>()
  const exchange = async (
    path: string,
    options: { method: string; headers: Record<string, string>; body?: string },
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...options.headers, ...(cookie === '' ? {} : { cookie }) }
    const answer = await send(stack.webUrl + path, { ...options, headers: Object.entries(headers).flat() })
    for (const line of answer.headers['set-cookie'] ?? []) keep(cookies, line)
    paths.set(answer, path)
    return answer
  }
  return {
    ...session,
    get: (path, headers = {}) =>
      exchange(path, { method: 'GET', headers: { 'sec-fetch-dest': 'document', ...headers } }),
    submit: (page, button, fields = {}) => {
      const { action, values } = readForm(page.body, button)
      const boundary = randomUUID()
      const parts = Object.entries({ ...values, ...fields }).map(
        ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      return exchange(action || (paths.get(page) ?? '/'), {
        method: 'POST',
        headers: { origin: stack.webUrl, 'content-type': `multipart/form-data; boundary=${boundary}` },
        body: `${parts.join('')}--${boundary}--\r\n`,
      })
    },
  }
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', ...value] = pair.split('=')
  const isExpired = attributes.some((attribute) => /^max-age=0$|^expires=.* 1970 /i.test(attribute))
  if (isExpired) cookies.delete(name)
  else cookies.set(name, value.join('='))
}

/** Reads the one form of a page that has such a button: where it goes, and what its fields hold. */
function readForm(html: string, button: string): { action: string; values: Record<string, string> } {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].filter(([, , inner = '']) =>
    [...inner.matchAll(/<button\b[^>]*>(.*?)<\/button>/gs)].some(([, label = '']) => textOf(label) === button),
  )
  const [form] = forms
  if (form === undefined || forms.length > 1) throw new Error(`The page has ${forms.length} forms with "${button}".`)
  const values: Record<string, string> = {}
  for (const [, attributes = ''] of (form[2] ?? '').matchAll(/<input\b([^>]*)>/g)) {
    const name = attribute(attributes, 'name')
    if (name !== '') values[name] = attribute(attributes, 'value')
  }
  return { action: attribute(form[1] ?? '', 'action'), values }
}

const attribute = (attributes: string, name: string): string =>
  unescape(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

const textOf = (html: string): string => unescape(html.replaceAll(/<[^>]*>/g, '')).trim()

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
