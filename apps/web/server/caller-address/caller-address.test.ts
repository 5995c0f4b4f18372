import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { callerAddress } = await import('./caller-address.ts')
const { invalidKeyLimits, proxyEnv } = await import('./caller-env.ts')

const socket = '203.0.113.9'
const address = (forwarded: string | null, env: Record<string, string> = {}) => {
  const headers = new Headers({ 'x-socket-address': socket })
  if (forwarded !== null) headers.set(env['TRUSTED_PROXY_HEADER'] ?? 'x-forwarded-for', forwarded)
  return callerAddress(headers, proxyEnv(env))
}

it.each([null, '198.51.100.1', '198.51.100.1, 198.51.100.2', '127.0.0.1', 'unknown', ''])(
  'is that of the connection when no proxy is trusted, and not %j that is forwarded',
  (forwarded) => {
    expect(address(forwarded)).toBe(socket)
    expect(address(forwarded, { TRUSTED_PROXIES: '0' })).toBe(socket)
  },
)

it.each([
  ['1', '198.51.100.1', '198.51.100.1'],
  ['1', '192.0.2.66, 198.51.100.1', '198.51.100.1'],
  ['2', '192.0.2.66, 198.51.100.1, 10.0.0.1', '198.51.100.1'],
  ['2', '192.0.2.66, 198.51.100.1:4711, 10.0.0.1', '198.51.100.1'],
  ['1', '192.0.2.66, [2001:db8::1]:443', '2001:db8::1'],
  ['2', '198.51.100.1', socket],
  ['1', '198.51.100.1, unknown', socket],
  ['1', '', socket],
])('with %s proxies and %j is counted from the right', (proxies, forwarded, expected) => {
  expect(address(forwarded, { TRUSTED_PROXIES: proxies })).toBe(expected)
})

it('is read from another header if one is set', () => {
  const env = { TRUSTED_PROXIES: '1', TRUSTED_PROXY_HEADER: 'cf-connecting-ip' }
  expect(address('198.51.100.1', env)).toBe('198.51.100.1')
})

it('is read on Vercel from the header that its proxy replaces', () => {
  expect(address('198.51.100.1', { VERCEL: '1' })).toBe('198.51.100.1')
  expect(address('198.51.100.1', { VERCEL: '1', TRUSTED_PROXIES: '0' })).toBe(socket)
})

it('is null without a connection', () => {
  expect(callerAddress(new Headers({ 'x-forwarded-for': '198.51.100.1' }), proxyEnv({}))).toBeNull()
})

it.each([
  ['TRUSTED_PROXIES', '-1'],
  ['TRUSTED_PROXIES', '1.5'],
  ['TRUSTED_PROXIES', 'yes'],
  ['TRUSTED_PROXIES', '11'],
  ['TRUSTED_PROXY_HEADER', 'x forwarded'],
])('rejects %s=%s', (variable, value) => {
  expect(() => proxyEnv({ [variable]: value })).toThrow(variable)
})

it('reads the limits of invalid keys', () => {
  expect(invalidKeyLimits({ INVALID_KEY_QUOTA: '' })).toEqual({ quota: 20, windowSeconds: 60 })
  const env = { INVALID_KEY_QUOTA: '5', INVALID_KEY_WINDOW_SECONDS: '10' }
  expect(invalidKeyLimits(env)).toEqual({ quota: 5, windowSeconds: 10 })
  expect(() => invalidKeyLimits({ INVALID_KEY_QUOTA: '0' })).toThrow('INVALID_KEY_QUOTA')
})
