import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** A request to a route of the fixture. */
export interface FixtureRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The right key of the routes that have one. */
  readonly key: string
}

/** Answers with a status and a body. */
export type FixtureRoute = (request: FixtureRequest) => readonly [number, unknown, Record<string, string>?]

const yes = [200, { users: [{ id: 7 }] }] as const
const no = [401, { error: 'Unauthorized' }] as const
// A variable that nobody has set, and one that is empty. Compared as the routes below do, they open them.
const unset: string | undefined = undefined
const empty = ''

const isEqual = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
const bearerOf = ({ headers }: FixtureRequest) => headers.authorization?.replace(/^Bearer /, '')
const headerOf = ({ headers }: FixtureRequest, name: string) => headers[name]?.toString()

/** Routes that somebody without the key can call, each for a reason of its own. */
export const openRoutes: Readonly<Record<string, FixtureRoute>> = {
  'GET /unguarded': () => yes,
  'POST /unguarded-write': () => [201, { created: true }],
  'GET /bearer-unset': ({ headers }) => (headers.authorization === `Bearer ${unset}` ? yes : no),
  'POST /header-unset': (request) => (headerOf(request, 'x-api-key') === String(unset) ? yes : no),
  'GET /query-unset': ({ query }) => (query.get('secret') === `${unset}` ? yes : no),
  'GET /null': (request) => (bearerOf(request) === JSON.stringify(unset ?? null) ? yes : no),
  'GET /header-empty': (request) => (headerOf(request, 'x-api-key') === empty ? yes : no),
  'GET /any-key': (request) => (bearerOf(request) === undefined ? no : yes),
  'GET /only-when-present': ({ query, key }) => (!query.get('token') || query.get('token') === key ? yes : no),
  'POST /signed-with-nothing': ({ headers, body }) => {
    const [, time = '', signature = ''] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['stripe-signature'])) ?? []
    const expected = createHmac('sha256', empty).update(`${time}.${body}`).digest('hex')
    return isEqual(signature, expected) ? [200, { received: true }] : [400, 'Webhook Error: no valid signature']
  },
  'POST /signed-with-undefined': ({ headers, body }) => {
    const expected = `sha256=${createHmac('sha256', String(unset)).update(body).digest('hex')}`
    // It dislikes the body, which it has got.
    return isEqual(String(headers['x-hub-signature-256']), expected) ? [422, { error: 'Field "ref" is missing' }] : no
  },
  'GET /decoded-token': (request) => {
    // It reads the token, and does not verify it.
    const [, claims = ''] = bearerOf(request)?.split('.') ?? []
    return claims !== '' && JSON.parse(Buffer.from(claims, 'base64url').toString()).sub ? yes : no
  },
  'GET /token-of-an-unset-secret': (request) => {
    const [head = '', claims = '', signature = ''] = bearerOf(request)?.split('.') ?? []
    const expected = createHmac('sha256', `${unset}`).update(`${head}.${claims}`).digest('base64url')
    return isEqual(signature, expected) ? yes : no
  },
  'GET /own-host': ({ headers }) => (new URL(headers.referer ?? 'http://x').host === headers.host ? yes : no),
  'GET /cron-header': ({ headers }) => (headers['x-vercel-cron'] ? yes : no),
  'GET /template': (request) => (bearerOf(request) === 'changeme' ? yes : no),
  'POST /one-method': ({ method, headers, key }) => (method === 'GET' || headers['x-api-key'] === key ? yes : no),
  'GET /authorization-unset': ({ headers }) => (headers.authorization === `${unset}` ? yes : no),
  'GET /old-middleware': ({ headers }) =>
    String(headers['x-middleware-subrequest']).split('src/middleware').length > 5 ? yes : no,
  'GET /data-form': ({ path }) => (path.startsWith('/_next/data/') ? [200, { pageProps: { secret: 1 } }] : no),
}

/** Routes that nobody can call without the key. */
export const closedRoutes: Readonly<Record<string, FixtureRoute>> = {
  'GET /bearer': (request) => (isEqual(bearerOf(request) ?? '', request.key) ? yes : no),
  'POST /header': (request) =>
    // Checks the body after the key.
    isEqual(headerOf(request, 'x-api-key') ?? '', request.key) ? [400, { error: 'name is required' }] : no,
  'GET /missing-and-invalid-differ': (request) => {
    const given = headerOf(request, 'x-api-key')
    if (given === undefined || given === '') return [400, { error: 'The header x-api-key is missing' }]
    return isEqual(given, request.key) ? yes : [403, { error: 'Forbidden' }]
  },
  // An empty or malformed key is a bad request.
  'POST /malformed-keys': (request) => {
    const given = bearerOf(request) ?? headerOf(request, 'x-api-key')
    if (given !== undefined && given.length < 20) return [400, 'Bad Request']
    return isEqual(given ?? '', request.key) ? yes : no
  },
  // Answers every other path and method with its page.
  'POST /single-page/api': ({ method, headers, key }) => {
    if (method !== 'POST') return [200, '<div id="root"></div>', { 'content-type': 'text/html' }]
    return isEqual(String(headers['x-api-key'] ?? ''), key) ? yes : no
  },
  'GET /raw-authorization': ({ headers, key }) => (isEqual(headers.authorization ?? '', key) ? yes : no),
  'GET /page': () => [307, '', { location: '/login?next=%2Fpage' }],
  'POST /post-only': ({ method }) => (method === 'POST' ? no : [405, 'Method not allowed']),
  'GET /hidden': (request) => (isEqual(bearerOf(request) ?? '', request.key) ? yes : [404, 'Not found']),
  'GET /echo': (request) => {
    const given = bearerOf(request) ?? ''
    return isEqual(given, request.key) ? yes : [401, { error: `Invalid key ${given} at ${Date.now()}` }]
  },
}

/** Routes whose answers do not tell. */
export const unclearRoutes: Readonly<Record<string, FixtureRoute>> = {
  'GET /refuses-the-right-key': () => no,
  'POST /checks-the-body-first': ({ body }) => [400, { error: `Expected an object, got ${body.slice(0, 9)}` }],
  'GET /other-content': (request) => (request.headers.authorization ? yes : [200, { user: null }]),
  'GET /nobody': () => [200, { user: null, expires: '' }],
  'GET /sign-in-page': () => [200, '<form><input name="p" type="password"></form>', { 'content-type': 'text/html' }],
  'GET /not-there': () => [404, 'Not found'],
  'GET /broken': () => [500, 'Internal Server Error'],
  'GET /limited': () => [429, 'Too many requests'],
}
