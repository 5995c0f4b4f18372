import { rawRequest } from './send-raw.ts'
import type { Stack } from './stack.ts'

/** Texts that break code whose author did not think of them. Each is a line of Latin-1 without its end. */
const oddTexts = [
  '',
  '0',
  '-1',
  'null',
  'constructor',
  '__proto__',
  '[]',
  '{}',
  '"',
  "'",
  '%',
  '%00',
  '%0d%0a{"level":"error"}',
  '%1b[31m',
  '%e2%80%a8',
  '%e2%80%ae',
  '%ff',
  '%2e%2e%2f',
  '..',
  '//',
  '\\',
  ';',
  '$1',
  '$@1',
  '<script>',
  '\x7f',
  '\xff',
  '\x1b[2J',
  '%f0%9f%98%80',
  'a'.repeat(3000),
  `rk_user_${'A'.repeat(38)}`,
  'secret-of-the-caller',
] as const

const methods = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
]

const paths = [
  '/',
  '/login',
  '/account',
  '/account/stripe-customer',
  '/keys',
  '/keys/a',
  '/try',
  '/auth/callback',
  '/auth/github',
  '/api/health',
  '/api/create-stripe-customer',
  '/api/sync-stripe-customers',
  '/api/stripe/webhook',
  '/api/v1/whoami',
  '/api/v1/customer',
  '/icon.svg',
  '/favicon.ico',
  '/_next/image',
  '/_next/static/a.js',
  '/_next/data/a/login.json',
  '/no-such-page',
  '*',
]

const queryNames = [
  'a',
  'error',
  'next',
  'code',
  'state',
  'token_hash',
  'type',
  'url',
  'w',
  'q',
  '_rsc',
  'API_ROUTE_SECRET',
  'page',
  'after',
  '__proto__',
]

const headerNames = [
  'Host',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'Forwarded',
  'Origin',
  'Referer',
  'Cookie',
  'Authorization',
  'X-Api-Key',
  'Content-Type',
  'Content-Encoding',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Range',
  'If-None-Match',
  'If-Modified-Since',
  'Expect',
  'Upgrade',
  'Rsc',
  'Next-Router-State-Tree',
  'Next-Router-Prefetch',
  'Next-Router-Segment-Prefetch',
  'Next-Action',
  'Next-Url',
  'X-Middleware-Prefetch',
  'X-Middleware-Subrequest',
  'X-Middleware-Invoke',
  'X-Nextjs-Data',
  'X-Matched-Path',
  'X-Invoke-Path',
  'X-Invoke-Status',
  'X-Prerender-Revalidate',
  'X-Now-Route-Matches',
  'Stripe-Signature',
  'Webhook-Id',
  'Sec-Fetch-Site',
  'Sec-Fetch-Dest',
  'Purpose',
]

const headerValues = [
  ...oddTexts,
  '1',
  'a, b',
  'Bearer a',
  'Bearer secret-of-the-caller',
  'Basic Og==',
  'routekey-session=base64-e30',
  'routekey-session=base64-%',
  'routekey-session.0=base64-eyJh; routekey-session.1=b',
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain;charset=UTF-8',
  'gzip',
  'websocket',
  '100-continue',
  'bytes=0-0,5-1',
  'cross-site',
  'same-origin',
  'empty',
  'https',
  'https,http',
  '%5B%22%22%5D',
  '%5B%22%22%2C%7B%7D%5D',
  encodeURIComponent('["",{"children":["keys",{"children":[["id","a","d",null],{}]}]},null,"refetch"]'),
  '{"a":1}',
  '[::1]:99999',
]

/**
 * Creates a generator of requests that mix valid parts with odd ones. The same seed gives the same requests.
 *
 * @param stack a running application, whose forms are read to send real actions with odd arguments
 */
export async function createRequestGenerator(stack: Stack, seed: number): Promise<() => string> {
  const page = await (await fetch(`${stack.webUrl}/login`)).text()
  const actions = [...page.matchAll(/[&;"]([\da-f]{42})[&;"]/g)].map(([, id]) => id ?? '')
  if (actions.length === 0) throw new Error('The sign-in page has no action.')
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const often = (share: number) => random() < share
  const several = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make)

  const makePath = () => {
    const path = pick(paths)
    if (often(0.6)) return path
    return pick([
      () => `${path}/`,
      () => `${path}/${pick(oddTexts)}`,
      () => `/${pick(oddTexts)}${path}`,
      () => path.replace('a', '%61'),
      () => path.toUpperCase(),
      () => `http://localhost${path}`,
      () => path.replaceAll('/', '//'),
      () => `${path}${pick(['.json', '.rsc', '.txt', '.segments/_tree.segment.rsc'])}`,
    ])()
  }
  const makeQuery = () => {
    const pairs = several(3, () => `${pick([...queryNames, ...oddTexts])}=${pick(oddTexts)}`)
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`
  }
  const makePart = () => {
    const name = pick([
      '0',
      '1_email',
      '$ACTION_REF_1',
      '$ACTION_1:0',
      '$ACTION_1:1',
      '$ACTION_KEY',
      `$ACTION_ID_${pick(actions)}`,
      'email',
      ...oddTexts,
    ])
    const value = pick([
      `{"id":"${pick(actions)}","bound":"$@1"}`,
      `{"id":"${pick(actions)}","bound":null}`,
      '["$undefined","$K1"]',
      '[{},"$K1"]',
      '["$1:__proto__:then","$K1"]',
      '[',
      '[{}]',
      'someone@example.com',
      ...oddTexts,
    ])
    return `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  }
  const makeBody = () =>
    pick([
      () => '',
      () => pick(oddTexts),
      () => '[]',
      () => '["$K1"]',
      () => makeQuery().slice(1),
      () => `${several(5, makePart).join('')}--x--\r\n`,
    ])()

  return () => {
    const headers = several(4, () => `${pick(headerNames)}: ${pick(headerValues)}`)
    const method = pick(methods)
    const body = method === 'GET' && often(0.9) ? '' : makeBody()
    if (often(0.5) && body.includes('--x')) headers.push('Content-Type: multipart/form-data; boundary=x')
    if (method === 'POST' && often(0.3)) headers.push(`Next-Action: ${pick(actions)}`)
    return rawRequest(makePath() + makeQuery(), { method, headers, body })
  }
}

/** Random numbers from 0 to 1 that a seed repeats, unlike `Math.random`: the linear congruential `minstd_rand` of C++. */
function createRandom(seed: number): () => number {
  const modulus = 2 ** 31 - 1
  let state = seed
  return () => {
    state = (state * 48_271) % modulus
    return state / modulus
  }
}
