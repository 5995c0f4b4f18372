import { findFreePort } from '@routekey/sandbox'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { startWebServer, type WebServer } from '@routekey/tools/web-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

let postgres: TestPostgres
let stack: Stack
let second: WebServer
beforeAll(async () => {
  postgres = await startTestPostgres({ migrationsDirectory: null })
  stack = await startStack({ databaseUrl: postgres.url })
  second = await startWebServer({ port: await findFreePort(), env: stack.env })
})
afterAll(async () => {
  await second.stop()
  await stack.stop()
  await postgres.stop()
})

/** Returns a window that does not end within the next hour. Windows are aligned to the clock. */
function findLongWindow(): number {
  let windowSeconds = 86_400
  while (windowSeconds - ((Date.now() / 1000) % windowSeconds) < 3600) windowSeconds += 10_000
  return windowSeconds
}

it('lets exactly the quota of a key pass, with 500 requests at once over two instances', async () => {
  const { id: owner } = await signUp(stack)
  const { key } = await createTestKeyring(stack).create({
    owner,
    name: 'CI',
    limits: [{ name: 'requests', quota: 100, windowSeconds: findLongWindow() }],
  })
  const responses = await Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      send(`${index % 2 === 0 ? stack.webUrl : second.url}/api/v1/whoami`, {
        method: 'GET',
        headers: ['authorization', `Bearer ${key}`],
      }),
    ),
  )
  const count = (status: number) => responses.filter((response) => response.status === status).length
  expect([count(200), count(429)]).toEqual([100, 400])
})
