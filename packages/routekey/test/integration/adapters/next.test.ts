import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { adapterScenarios, scenarioEnvironment } from './adapter-scenarios.ts'
import { startNextServer } from './next-server.ts'
import { send } from './send.ts'

let server: Awaited<ReturnType<typeof startNextServer>>
beforeAll(async () => {
  await buildPackages()
  server = await startNextServer()
})
afterAll(async () => {
  await server.stop()
})

const at = (base: string) => async () => ({ origin: server.origin, base, stop: async () => undefined })
adapterScenarios('routekey/next in the App Router', at('/api/app'), { seesRepeatedAuthorization: false })
adapterScenarios('routekey/next-pages in the Pages Router', at('/api/pages'), { seesRepeatedAuthorization: true })
adapterScenarios('routekey/next-proxy in front of a route without a guard', at('/proxied'), {
  seesRepeatedAuthorization: false,
  passesCaller: false,
})

const countRuns = async () => (await send(server.origin, { method: 'GET', path: '/proxied/runs' })).body

describe('routekey/next-proxy', () => {
  it.each([
    '/proxied/guarded/',
    '//proxied/guarded',
    '/proxied//guarded',
    '/proxied/./guarded',
    '/proxied/x/../guarded',
    '/proxied/x/%2e%2e/guarded',
    '/proxied%2fguarded',
    '/proxied/%67uarded',
    '/proxied/%2567uarded',
    String.raw`/proxied\guarded`,
    '/Proxied/Guarded',
    '/proxied/guarded?_rsc=1',
    '/proxied/guarded.rsc',
    '/_next/data/build/proxied/guarded.json',
    '/_next/../proxied/guarded',
  ])('cannot be bypassed by %s', async (path) => {
    const before = await countRuns()
    for (const headers of [
      [],
      [['x-middleware-subrequest', 'proxy:proxy:proxy:proxy:proxy'] as const],
      [['rsc', '1'] as const],
    ]) {
      const { status } = await send(server.origin, { method: 'GET', path, headers })
      expect([301, 307, 308, 400, 401, 404]).toContain(status)
    }
    expect(await countRuns()).toBe(before)
  })

  it("keeps the route's own Vary", async () => {
    const headers = [['x-api-key', scenarioEnvironment.SCENARIO_SECRET]] as const
    const { headers: sent } = await send(server.origin, { path: '/proxied/guarded', headers })
    expect(sent.vary?.split(/, */)).toEqual(expect.arrayContaining(['accept-language', 'authorization', 'x-api-key']))
  })

  it('passes requests for paths without a guard', async () => {
    expect((await send(server.origin, { method: 'GET', path: '/proxied/runs' })).status).toBe(200)
  })

  it('leaves no secret in pages for browsers', async () => {
    const page = await send(server.origin, { method: 'GET', path: '/nowhere' })
    expect(page.status).toBe(404)
    for (const secret of Object.values(scenarioEnvironment)) expect(page.body).not.toContain(secret)
  })
})

describe('a keyring with `after` of next/server', () => {
  it.each(['app', 'pages'])('writes its counts without the timer and logs no error in /api/%s', async (router) => {
    const path = `/api/${router}/usage`
    const created = await send(server.origin, { path })
    const { key }: { key: string } = JSON.parse(created.body)
    for (const status of [200, 200]) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      expect(await send(server.origin, { method: 'GET', path, headers: [['x-api-key', key]] })).toMatchObject({
        status,
      })
    }
    await expect
      .poll(async () => JSON.parse((await send(server.origin, { method: 'PUT', path })).body))
      .toMatchObject({ errors: [], counts: [{ allowed: 2 }] })
  })
})
