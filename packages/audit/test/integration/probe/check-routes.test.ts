import { randomBytes } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { checkRoutes } from '../../../src/probe/check-routes.ts'
import { parseTarget } from '../../../src/probe/parse-targets.ts'
import { closedRoutes, openRoutes, unclearRoutes } from './fixture-routes.ts'
import { type Fixture, startFixture } from './start-fixture.ts'

const key = randomBytes(24).toString('base64url')
let fixture: Fixture

beforeAll(async () => {
  fixture = await startFixture(key)
})
afterAll(() => fixture.stop())

async function check(name: string, options: { key?: string; body?: string } = {}) {
  const [method, path] = name.split(' ')
  const target = parseTarget(`${method} ${fixture.origin}${path}`)
  const [report] = await checkRoutes([target], {
    key: options.key,
    body: options.body ?? '"routekey check"',
    names: { headers: [], query: [] },
  })
  if (report === undefined) throw new Error('There is no report.')
  expect(report.requests).toBeLessThanOrEqual(20)
  return report
}

describe.each([
  ['without the key', {}],
  ['with the key', { key }],
])('%s', (_name, options) => {
  it.each(Object.keys(openRoutes))('finds %s open', async (name) => {
    const { verdict, reason } = await check(name, options)
    expect({ verdict, reason }).toMatchObject({ verdict: 'open' })
    expect(reason).not.toContain(key)
  })
})

it.each(Object.keys(closedRoutes).filter((name) => !/page$|post-only/.test(name)))('finds %s closed', async (name) => {
  const { verdict, reason } = await check(name, { key })
  expect({ verdict, reason }).toMatchObject({ verdict: 'closed' })
})

it.each(Object.keys(closedRoutes).filter((name) => !/hidden/.test(name)))(
  'finds %s closed without the key',
  async (name) => {
    const { verdict, reason } = await check(name)
    expect({ verdict, reason }).toMatchObject({ verdict: 'closed' })
  },
)

it.each(Object.keys(unclearRoutes))('cannot tell about %s', async (name) => {
  const { verdict, reason } = await check(name, { key })
  expect({ verdict, reason }).toMatchObject({ verdict: 'cannot_tell' })
})
