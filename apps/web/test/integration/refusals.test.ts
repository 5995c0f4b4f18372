import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { generateKey } from 'routekey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { findLongWindow } from '#test/support/find-long-window.ts'
import { type RawResponse, send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

const webDirectory = new URL('../../', import.meta.url)

/** Finds every exported method that a guard wraps. */
async function findGuardedMethods(): Promise<{ method: string; path: string }[]> {
  const found = []
  for await (const file of glob('app/**/route.ts', { cwd: webDirectory })) {
    const source = readFileSync(new URL(file, webDirectory), 'utf8')
    for (const [, method = ''] of source.matchAll(/^export const (\w+) = withKey\(/gm)) {
      found.push({ method, path: file.replace(/^app/, '').replace(/\/route\.ts$/, '') })
    }
  }
  return found
}

let stack: Stack
let supabase: { url: string; stop: () => void }
const databaseCalls: string[] = []
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
  supabase = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL']!, { seen: databaseCalls })
})
afterAll(async () => {
  await stack.stop()
  supabase.stop()
})

/** Restarts the application with other variables, and with a database that counts its calls. */
async function restart(env: Record<string, string>): Promise<void> {
  Object.assign(stack.env, { NEXT_PUBLIC_SUPABASE_URL: supabase.url, ...env })
  await stack.restartWeb()
  databaseCalls.length = 0
}

const randomKey = () => generateKey({ prefix: userKeyPrefix })
const bearer = (key: string) => ['authorization', `Bearer ${key}`]
const whoami = (key: string, headers: string[] = []) =>
  send(`${stack.webUrl}/api/v1/whoami`, { method: 'GET', headers: [...bearer(key), ...headers] })
const whoamiVia = (forwarded: string) => whoami(randomKey(), ['x-forwarded-for', forwarded])
const statuses = (responses: readonly RawResponse[]) => responses.map(({ status }) => status)

/** Returns the log lines of refused requests, without their time. */
const refusals = () =>
  stack.web
    .output()
    .split('\n')
    .filter((line) => line.includes('"request.refused"'))
    .map((line) => {
      const { method, path, status, code }: Record<string, unknown> = JSON.parse(line)
      return { method, path, status, code }
    })

describe('every guarded route', () => {
  it('logs each refusal once, with its reason', async () => {
    const guarded = await findGuardedMethods()
    expect(guarded.length).toBeGreaterThanOrEqual(4)
    const expected = []
    const before = refusals().length
    for (const { method, path } of guarded) {
      const requests = [
        { headers: [], status: 401, code: 'missing_key' },
        { headers: bearer('wrong'), status: 401, code: 'invalid_key' },
        { headers: bearer(randomKey()), status: 401, code: 'invalid_key' },
        { headers: [...bearer('one'), 'x-api-key', 'two'], status: 400, code: 'ambiguous_key' },
      ]
      for (const { headers, status, code } of requests) {
        expect((await send(`${stack.webUrl}${path}?a=b`, { method, headers })).status).toBe(status)
        expected.push({ method, path, status, code })
      }
    }
    await expect.poll(() => refusals().slice(before)).toEqual(expected)
  })

  it('logs why a valid key was refused, and never the key', async () => {
    const keyring = createTestKeyring(stack)
    const { id: owner } = await signUp(stack)
    const limits = [{ name: 'requests', quota: 1, windowSeconds: findLongWindow() }]
    const { key, record } = await keyring.create({ owner, name: 'CI', limits })
    const before = refusals().length
    await whoami(key)
    await whoami(key)
    await send(`${stack.webUrl}/api/v1/customer`, { method: 'GET', headers: bearer(key) })
    await keyring.revoke(record.id)
    await whoami(key)
    const codes = () =>
      refusals()
        .slice(before)
        .map(({ code }) => code)
    await expect.poll(codes).toEqual(['rate_limited', 'insufficient_scope', 'key_revoked'])
    expect(stack.web.output()).not.toContain(key)
  })
})

describe('invalid keys from one address', () => {
  it('are refused after the quota without a database call, also with well-formed random keys sent at once', async () => {
    await restart({ INVALID_KEY_QUOTA: '5', INVALID_KEY_WINDOW_SECONDS: '86400' })
    const responses = await Promise.all(Array.from({ length: 100 }, () => whoami(randomKey())))
    expect(statuses(responses).filter((status) => status === 401)).toHaveLength(5)
    const throttled = responses.filter(({ status }) => status === 429)
    expect(throttled).toHaveLength(95)
    for (const { headers } of throttled) expect(Number(headers['retry-after'])).toBeGreaterThan(80_000)
    expect(databaseCalls).toHaveLength(5)
    await expect.poll(() => refusals().filter(({ code }) => code === 'too_many_invalid')).toHaveLength(95)
  })

  it('are counted for the connection, and not for addresses that the caller writes into headers', async () => {
    await restart({ INVALID_KEY_QUOTA: '5' })
    const forgedHeaders = ['x-forwarded-for', 'x-socket-address', 'X-Socket-Address', 'x-real-ip', 'cf-connecting-ip']
    const responses = []
    for (let index = 0; index < 10; index += 1) {
      const forged = `198.51.100.${index}`
      responses.push(
        await whoami(
          randomKey(),
          forgedHeaders.flatMap((name) => [name, forged]),
        ),
      )
    }
    expect(statuses(responses)).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429, 429])
    await expect.poll(() => stack.web.output().split('caller_address.header_ignored')).toHaveLength(2)
  })

  it('are counted behind a proxy for the address that the proxy wrote, with a network of IPv6 as one', async () => {
    await restart({ INVALID_KEY_QUOTA: '2', TRUSTED_PROXIES: '1' })
    const addresses = ['198.51.100.1', '203.0.113.7, 198.51.100.1', '203.0.113.8, 198.51.100.1']
    const networks = ['2001:db8::1', '2001:db8::2', '2001:db8::ffff']
    for (const callers of [addresses, networks]) {
      const responses = []
      for (const caller of callers) responses.push(await whoamiVia(caller))
      expect(statuses(responses)).toEqual([401, 401, 429])
    }
    expect((await whoamiVia('198.51.100.2')).status).toBe(401)
    expect(stack.web.output()).not.toContain('header_ignored')
  })
})
