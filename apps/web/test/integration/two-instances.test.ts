import { findFreePort } from '@routekey/sandbox'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { startWebServer, type WebServer } from '@routekey/tools/web-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { findLongWindow } from '#test/support/find-long-window.ts'
import { send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

let postgres: TestPostgres
let stack: Stack
let second: WebServer
beforeAll(async () => {
  // The quota of invalid keys also bounds how many look-ups run at once, so that none is late on a slow machine.
  postgres = await startTestPostgres({ migrationsDirectory: null })
  stack = await startStack({ databaseUrl: postgres.url, env: { INVALID_KEY_QUOTA: '3' } })
  second = await startWebServer({ port: await findFreePort(), env: stack.env })
})
afterAll(async () => {
  await second.stop()
  await stack.stop()
  await postgres.stop()
})

it('lets exactly the quota of a key pass, with 500 requests at once over two instances', async () => {
  const { id: owner } = await signUp(stack)
  const keyring = createTestKeyring(stack)
  const { key, record } = await keyring.create({
    owner,
    name: 'CI',
    limits: [{ name: 'requests', quota: 100, windowSeconds: findLongWindow() }],
  })
  const whoami = (url: string) =>
    send(`${url}/api/v1/whoami`, { method: 'GET', headers: ['authorization', `Bearer ${key}`] })
  const urls = [stack.webUrl, second.url]
  // Each instance loads its modules with its first request.
  for (const url of urls) expect((await send(`${url}/api/v1/whoami`, { method: 'GET' })).status).toBe(401)
  const responses = await Promise.all(urls.flatMap((url) => Array.from({ length: 250 }, () => whoami(url))))
  const count = (status: number) => responses.filter((response) => response.status === status).length
  expect([count(200), count(429)]).toEqual([100, 400])
  const total = async () => {
    const hours = (await keyring.usage({ id: record.id }, { unit: 'hour', count: 2 })) ?? []
    return hours.reduce((sum, { allowed, refused }) => sum + allowed * 1000 + refused, 0)
  }
  await expect.poll(total).toBe(100 * 1000 + 400)
})
