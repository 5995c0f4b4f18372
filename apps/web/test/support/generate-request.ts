import { listFiles } from './list-files.ts'
import { formEnd, formPart, formType, readActionIds } from './raw-form.ts'
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

/** A secret in a path is a part of the address, which `next` repeats. */
const segments = oddTexts.filter((text) => text !== 'secret-of-the-caller')

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
  '/auth/verify',
  '/api/',
  '/_global-error',
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
  'If-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Connection',
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
  'Upgrade',
  'bytes=99999999-',
  'bytes=-0',
  'Mon, 01 Jan 2001 00:00:00 GMT',
  'http://localhost',
  'https://evil.example',
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
  const actions = await readActionIds(stack)
  const files = listFiles()
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const often = (share: number) => random() < share
  const several = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make)

  const makePath = () => {
    const path = pick(often(0.1) ? files : paths)
    if (often(0.6)) return path
    return pick([
      () => `${path}/`,
      () => `${path}/${pick(segments)}`,
      () => `/${pick(segments)}${path}`,
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
      '_1_email',
      '00',
      'S0',
      '_1_name',
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
    return formPart(name, value, pick(spellings))
  }
  const makeBody = () =>
    pick([
      () => '',
      () => pick(oddTexts),
      () => '[]',
      () => '["$K1"]',
      () => makeQuery().slice(1),
      () => several(5, makePart).join('') + formEnd,
      () => several(3, makePart).join('') + formPart('0', pick(['["$K1"]', '[{},"$K1"]'])) + formEnd,
      () => {
        const id = formPart('$ACTION_1:0', `{"id":"${pick(actions)}","bound":"$@1"}`)
        const state = formPart('$ACTION_1:1', pick(['[{}]', '[null]', '["a"]', '["a","b"]']))
        return several(2, makePart).join('') + formPart('$ACTION_REF_1', '') + id + state + formEnd
      },
    ])()

  return () => {
    const headers = several(4, () => `${pick(headerNames)}: ${pick(headerValues)}`)
    const method = pick(methods)
    const body = method === 'GET' && often(0.9) ? '' : makeBody()
    if (often(0.9) && body.includes(formEnd)) headers.push(often(0.9) ? formType : formType.toUpperCase())
    if (method === 'POST' && often(0.3)) headers.push(`Next-Action: ${pick(actions)}`)
    return rawRequest(makePath() + makeQuery(), { method, headers, body })
  }
}

/** How a part of a form may be written: mostly as browsers do. */
const spellings = [
  ...Array.from({ length: 8 }, () => ({})),
  { attributes: '; filename="f"' },
  { lines: 'Content-Transfer-Encoding: base64\r\n' },
  { attributes: '; filename="f"', lines: 'Content-Transfer-Encoding: base64\r\n' },
  { lines: 'Content-Type: application/octet-stream\r\n' },
]

/** Random numbers from 0 to 1 that a seed repeats, unlike `Math.random`: the linear congruential `minstd_rand` of C++. */
function createRandom(seed: number): () => number {
  const modulus = 2 ** 31 - 1
  let state = seed
  return () => {
    state = (state * 48_271) % modulus
    return state / modulus
  }
}
