import { randomUUID } from 'node:crypto'
import { createSession, type Session } from './create-session.ts'
import { type RawResponse, send } from './send.ts'
import type { Stack } from './stack.ts'

/** A loaded page, or the response in its place. */
export type LoadedPage = RawResponse & { path: string }

/** A browser without scripts. It stores cookies and does not follow redirects. */
export interface ScriptlessBrowser {
  readonly cookies: Map<string, string>
  /** Loads a page like a browser whose user typed the URL. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<LoadedPage>
  readonly head: (path: string, headers?: Record<string, string>) => Promise<LoadedPage>
  /**
   * Sends a form of a loaded page, like a browser before scripts arrive.
   *
   * @param page has the form
   * @param button the text of its button
   * @param fields the texts of its fields; a list repeats a field, and an empty one leaves it out
   */
  readonly submit: (
    page: LoadedPage,
    button: string,
    fields?: Record<string, string | readonly string[]>,
    headers?: Record<string, string>,
  ) => Promise<LoadedPage>
}

/**
 * Opens a browser without scripts.
 *
 * @param session the signed-in user; default none
 */
export function openScriptlessBrowser(stack: Pick<Stack, 'webUrl'>, session?: Session): ScriptlessBrowser {
  const cookies = new Map(session?.cookies)
  const exchange = async (
    path: string,
    options: { method: string; headers: Record<string, string>; body?: string },
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...options.headers, ...(cookie === '' ? {} : { cookie }) }
    const answer = await send(stack.webUrl + path, { ...options, headers: Object.entries(headers).flat() })
    for (const line of answer.headers['set-cookie'] ?? []) keep(cookies, line)
    return { ...answer, path }
  }
  return {
    cookies,
    get: (path, headers = {}) =>
      exchange(path, { method: 'GET', headers: { 'sec-fetch-dest': 'document', ...headers } }),
    head: (path, headers = {}) => exchange(path, { method: 'HEAD', headers }),
    submit: (page, button, fields = {}, headers = {}) => {
      const { action, values } = readForm(page.body, button)
      const boundary = randomUUID()
      const pairs = Object.entries({ ...values, ...fields }).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      )
      const parts = pairs.map(
        ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      if (action !== '') {
        return exchange(action, {
          method: 'POST',
          headers: {
            'sec-fetch-site': 'same-origin',
            origin: 'null',
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: new URLSearchParams(pairs).toString(),
        })
      }
      return exchange(page.path, {
        method: 'POST',
        headers: { origin: stack.webUrl, 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
        body: `${parts.join('')}--${boundary}--\r\n`,
      })
    },
  }
}

/** Opens a browser without scripts for a new, signed-in user. */
export async function openSignedInBrowser(stack: Stack): Promise<Session & ScriptlessBrowser> {
  const session = await createSession(stack)
  return { ...session, ...openScriptlessBrowser(stack, session) }
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', ...value] = pair.split('=')
  const isExpired = attributes.some((attribute) => /^max-age=0$|^expires=.* 1970 /i.test(attribute))
  if (isExpired) cookies.delete(name)
  else cookies.set(name, value.join('='))
}

/** Reads the address and the fields of the only form of a page with this button. A server action has no address. */
function readForm(html: string, button: string): { action: string; values: Record<string, string> } {
  const forms = [...html.matchAll(/<form\b[^>]*>(.*?)<\/form>/gs)].filter(([, inner = '']) =>
    [...inner.matchAll(/<button\b[^>]*>(.*?)<\/button>/gs)].some(([, label = '']) => textOf(label) === button),
  )
  const [form] = forms
  if (form === undefined || forms.length > 1) throw new Error(`The page has ${forms.length} forms with "${button}".`)
  const values: Record<string, string> = {}
  for (const [, attributes = ''] of (form[1] ?? '').matchAll(/<input\b([^>]*)>/g)) {
    const name = attribute(attributes, 'name')
    // A browser does not send a checkbox that is not checked.
    const isLeftOut = attribute(attributes, 'type') === 'checkbox' && !/\schecked\b/.test(attributes)
    if (name !== '' && !isLeftOut) values[name] = attribute(attributes, 'value')
  }
  return { action: attribute(/^<form\b([^>]*)>/.exec(form[0])?.[1] ?? '', 'action'), values }
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
