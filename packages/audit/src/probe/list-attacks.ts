import { inAuthorization, inKeyHeaders, inQuery, type PlaceNames } from './places.ts'
import type { Probe } from './probe.ts'
import { signBody, signToken } from './signatures.ts'

export interface AttackOptions {
  readonly url: URL
  readonly method: string
  readonly body: string | undefined
  readonly names: PlaceNames
  /** Whether the route refuses a request with keys in two places for that alone, so each place needs a request of its own. */
  readonly isStrict: boolean
  /** The id of the application's build, for the `_next/data` form of a path. */
  readonly buildId: string | undefined
  readonly now: number
}

/** What programs compare with when a variable is not set. */
const unset = ['undefined', 'null', 'false', '']
/** Values that templates and tutorials ship. */
const defaults = ['secret', 'changeme', 'super-secret-jwt-token-with-at-least-32-characters-long']

const show = (value: string) => (value === '' ? 'an empty key' : `the key "${value}"`)

/** Lists what an attacker without a key would send, the likeliest first. */
export async function listAttacks(options: AttackOptions): Promise<readonly Probe[]> {
  const { url, method, body, names, isStrict, now } = options
  const base = { method, url, body, headers: {} }
  const everywhere = (value: string): Probe => ({
    ...base,
    name: show(value),
    url: inQuery(url, value, names),
    headers: { ...inAuthorization(value), ...inKeyHeaders(value, names) },
  })
  const bearer = (value: string): Probe => ({
    ...base,
    name: `${show(value)} as a bearer token`,
    headers: inAuthorization(value),
  })
  const header = (value: string): Probe => ({
    ...base,
    name: `${show(value)} in a header`,
    headers: inKeyHeaders(value, names),
  })
  const query = (value: string): Probe => ({
    ...base,
    name: `${show(value)} in the query`,
    url: inQuery(url, value, names),
  })
  const signed = async (secret: string): Promise<Probe> => ({
    ...base,
    name: `a signature with ${show(secret)}`,
    headers: await signBody(body ?? '', secret, now),
  })

  const token = async (secret: string): Promise<Probe> => ({
    ...base,
    name: `a token signed with ${show(secret)}`,
    headers: inAuthorization(await signToken(secret, now)),
  })

  return [
    ...(isStrict
      ? [bearer('undefined'), header('undefined'), query('undefined'), header(''), query(''), bearer('null')]
      : unset.map(everywhere)),
    { ...base, name: 'the text "undefined" as Authorization', headers: { authorization: 'undefined' } },
    ...(body === undefined ? [] : [await signed(''), await signed('undefined')]),
    await token('undefined'),
    pretendToBeInside(base),
    await token(''),
    ...(isStrict ? [bearer('secret')] : [everywhere('secret')]),
    ...['GET', 'POST', 'PUT'].filter((other) => other !== method).map((other) => inMethod(base, other)),
    ...listDataForms(options),
    ...defaults.slice(1).map((value) => (isStrict ? bearer(value) : everywhere(value))),
  ]
}

const beside = (url: URL, change: (path: string) => string) => {
  const changed = new URL(url)
  changed.pathname = change(url.pathname)
  return changed
}

const missing = (path: string) => `${path.replace(/\/$/, '')}-routekey-check`

function inMethod({ url, body }: Omit<Probe, 'name'>, method: string): Probe {
  const request = { method, url, headers: {}, ...(method !== 'GET' && { body: body ?? '{}' }) }
  return { ...request, name: `the method ${method}`, control: { ...request, url: beside(url, missing) } }
}

/** Headers with which a request claims to come from the application itself, its host or its proxy. */
function pretendToBeInside(base: Omit<Probe, 'name'>): Probe {
  const { origin, host } = base.url
  return {
    ...base,
    name: 'the headers of a request from the application itself',
    headers: {
      origin,
      referer: `${origin}/`,
      'sec-fetch-site': 'same-origin',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': host,
      'x-real-ip': '127.0.0.1',
      'x-vercel-cron': '1',
      'user-agent': 'vercel-cron/1.0',
      // Old versions of Next.js skip a middleware that is named five times.
      'x-middleware-subrequest': ['middleware', 'src/middleware'].flatMap((name) => Array(5).fill(name)).join(':'),
    },
  }
}

/** The form of a path in which Next.js fetches the data of a page. A guard by path might not know it. */
function listDataForms({ url, method, buildId }: AttackOptions): readonly Probe[] {
  if (method !== 'GET' || buildId === undefined) return []
  const form = (path: string) => `/_next/data/${buildId}${path.replace(/\/$/, '')}.json`
  const request = { method, headers: { 'x-nextjs-data': '1' } }
  return [
    {
      ...request,
      name: 'the _next/data form of the path',
      url: beside(url, form),
      control: { ...request, url: beside(url, (path) => form(missing(path))) },
    },
  ]
}
