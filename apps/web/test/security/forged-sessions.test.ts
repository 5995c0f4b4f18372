import { countAttacks } from '@routekey/tools/count-attacks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { type RawAnswer, rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

const refreshPath = '/auth/v1/token?grant_type=refresh_token'
const quota = 12
const pages = ['/', '/keys', '/account', '/account/stripe-customer', '/auth/callback?code=abc']

let stack: Stack
let victim: Session
const calls: string[] = []
const refused = new Map<string, string>()
const failing = new Set<string>()
let proxy: Awaited<ReturnType<typeof startFaultProxy>>
beforeAll(async () => {
  stack = await startStack({
    sweepIntervalMs: 3_600_000,
    env: { TRUSTED_PROXIES: '1', REFRESH_QUOTA_PER_ADDRESS: String(quota) },
  })
  victim = await createSession(stack)
  proxy = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL'] ?? '', { failing, refused, seen: calls })
  stack.env['NEXT_PUBLIC_SUPABASE_URL'] = proxy.url
  await stack.restartWeb()
})
afterAll(async () => {
  proxy?.stop()
  await stack?.stop()
})

interface Stored {
  readonly access_token: string
  readonly refresh_token: string
  readonly [name: string]: unknown
}
const stored = ({ cookies }: Session): Stored =>
  JSON.parse(Buffer.from([...cookies.values()].join('').replace(/^base64-/, ''), 'base64url').toString())
const encode = (session: unknown) => `base64-${Buffer.from(JSON.stringify(session)).toString('base64url')}`
const jwt = (...parts: unknown[]) =>
  [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'c2ln'].join('.')

let callers = 0
/** Sends a session cookie from an address that nobody has used. */
async function visit(
  path: string,
  session: string,
  options: { address?: string; headers?: string[] } = {},
): Promise<RawAnswer> {
  callers += 1
  const address = options.address ?? `10.${callers >> 8}.${callers & 255}.1`
  const headers = [`Cookie: routekey-session=${session}`, `X-Forwarded-For: ${address}`, ...(options.headers ?? [])]
  return sendRaw(stack.webUrl, rawRequest(path, { headers }))
}
const setCookies = ({ head }: RawAnswer) => head.match(/^set-cookie: routekey-session.*$/gim) ?? []
const errorsAfter = (start: number) =>
  stack.web
    .output()
    .slice(start)
    .split('\n')
    .filter((line) => line.includes('"level":"error"'))

const texts = ['', 'x', 'a.b', 'a.b.c', 'a\nb.c.d', 'ü€.b.c', '\0', '\ud800', '..', 'a/../b', '%00', 'é'.repeat(900)]
const odd: unknown[] = [...texts, 0, 1, -1, 1e308, null, true, [], ['a'], {}, { a: 1 }]
const far = 9_999_999_999
const tokens = [
  jwt(null, null),
  jwt([], 'a'),
  jwt({ alg: 'none' }, { exp: far }),
  jwt({ alg: 'HS256' }, {}),
  jwt({ alg: 'HS256' }, { exp: 'soon' }),
  jwt({ alg: 7 }, { exp: far }),
  jwt({ alg: '__proto__', kid: 'x' }, { exp: far }),
  jwt({ alg: 'HS256', kid: {} }, { exp: far }),
]
/** These have the form of a token, so Supabase Auth is asked. */
const plausible = ['HS256', 'RS256', 'ES256'].flatMap((alg) => [
  jwt({ alg, kid: '__proto__' }, { exp: far, sub: 'a' }),
  jwt({ alg }, { exp: 1, sub: crypto.randomUUID() }),
])

it('answers a session of any other shape as none, without a call of Supabase Auth and without an error', async (context) => {
  const real = stored(victim)
  const sessions = [
    ...['access_token', 'refresh_token', 'expires_at', 'user'].flatMap((name) =>
      odd
        .filter((value) => !(name === 'expires_at' && (value === 0 || value === 1)))
        .filter((value) => !(name === 'refresh_token' && value === 'x'))
        .filter((value) => !(name === 'user' && typeof value === 'object' && value !== null && !Array.isArray(value)))
        .flatMap((value) => [
          { ...real, [name]: value },
          { ...real, expires_at: 1, [name]: value },
        ]),
    ),
    ...tokens.map((token) => ({ ...real, access_token: token })),
    ...odd,
    { access_token: real.access_token, refresh_token: real.refresh_token },
  ].map(encode)
  const all = [
    ...sessions,
    'base64-',
    'base64-%',
    'base64-a',
    '{}',
    '%00',
    'x',
    encodeURIComponent(JSON.stringify(real)),
  ]
  countAttacks(context, all.length * 2)
  const start = stack.web.output().length
  calls.length = 0
  const wrong: string[] = []
  for (const [index, session] of all.entries()) {
    for (const path of [pages[index % pages.length] ?? '', '/account/stripe-customer']) {
      const { status } = await visit(path, session)
      if (status < 200 || status >= 500) wrong.push(`${status} ${path} ${session.slice(0, 80)}`)
    }
  }
  expect(wrong).toEqual([])
  expect(calls.filter((path) => path.startsWith('/auth/'))).toEqual([])
  expect(errorsAfter(start)).toEqual([])
})

it.each([[[]], [['Next-Router-Prefetch: 1']], [['Rsc: 1', 'Next-Router-Prefetch: 1']]])(
  'answers a forged token as a session that has ended, also with the headers %j',
  async (headers) => {
    const real = stored(victim)
    const start = stack.web.output().length
    for (const access_token of plausible) {
      for (const expires_at of [1, far]) {
        for (const path of pages) {
          const session = encode({ ...real, access_token, refresh_token: 'forged', expires_at })
          const { status } = await visit(path, session, { headers })
          expect([path, status >= 200 && status < 500 ? 'answered' : status]).toEqual([path, 'answered'])
        }
      }
    }
    expect(errorsAfter(start)).toEqual([])
  },
)

it('refreshes once a request, and counts those that are refused by address', async (context) => {
  const forged = encode({ ...stored(victim), refresh_token: 'forged', expires_at: 1 })
  for (const path of pages) {
    calls.length = 0
    await visit(path, forged)
    expect(calls.filter((call) => call === refreshPath)).toHaveLength(1)
  }
  calls.length = 0
  countAttacks(context, quota * 3)
  const address = '192.0.2.7'
  const answers = await Promise.all(Array.from({ length: quota * 3 }, () => visit('/', forged, { address })))
  expect(calls.filter((call) => call === refreshPath)).toHaveLength(quota)
  const throttled = answers.filter(({ status }) => status === 429)
  expect(throttled).toHaveLength(quota * 2)
  for (const answer of throttled) {
    expect(answer.head).toMatch(/^retry-after: \d+$/im)
    expect(setCookies(answer)).toEqual([])
  }
  // Nobody else, and no session that is not due.
  expect((await visit('/', forged)).status).toBe(200)
  expect((await visit('/keys', encode(stored(victim)), { address })).status).toBe(200)
})

it.each([
  ['limits all refreshes', () => refused.set(refreshPath, 'over_request_rate_limit')],
  ['is out of order', () => failing.add(refreshPath)],
])('signs nobody out while Supabase Auth %s, and asks it once', async (_, break_) => {
  const session = await createSession(stack)
  const due = encode({ ...stored(session), expires_at: 1 })
  break_()
  try {
    for (const path of pages) {
      calls.length = 0
      const answer = await visit(path, due)
      expect([path, setCookies(answer)]).toEqual([path, []])
      expect([path, answer.status < 500]).toEqual([path, true])
      expect(calls.filter((call) => call === refreshPath)).toHaveLength(1)
    }
  } finally {
    refused.clear()
    failing.clear()
  }
  // And refreshes again afterwards.
  const answer = await visit('/keys', due)
  expect(answer.status).toBe(200)
  expect(setCookies(answer)).toEqual([expect.stringContaining('base64-')])
})

it('deletes a session whose refresh says that it has ended', async () => {
  const answer = await visit('/', encode({ ...stored(victim), refresh_token: 'forged', expires_at: 1 }))
  expect(setCookies(answer)).toEqual([expect.stringMatching(/^set-cookie: routekey-session=; .*Max-Age=0/i)])
})
