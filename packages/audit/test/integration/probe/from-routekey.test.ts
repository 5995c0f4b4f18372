import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { type Fixture, startFixture } from './start-fixture.ts'

const key = randomBytes(24).toString('base64url')
let fixture: Fixture

beforeAll(async () => {
  await buildPackages()
  fixture = await startFixture(key)
})
afterAll(() => fixture.stop())

async function routekey(...args: readonly string[]) {
  const file = fileURLToPath(new URL('../../../../routekey/dist/cli/bin.js', import.meta.url))
  const child = spawn(process.execPath, ['--', file, ...args], { env: { PATH: process.env['PATH'], ROUTE_KEY: key } })
  const closed = once(child, 'close')
  const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  return { printed, said, exitCode: child.exitCode }
}

it('runs as routekey check', async () => {
  const { exitCode, printed, said } = await routekey('check', `${fixture.origin}/bearer`, '--key-env', 'ROUTE_KEY')
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '0 open, 1 closed, 0 cannot be told.\n' })
  expect(printed).toContain('It answers 401 to all but the right key.')
})

it('passes on messages and the exit code', async () => {
  const open = await routekey('check', `${fixture.origin}/unguarded`)
  expect(open).toMatchObject({ exitCode: 1, said: 'routekey-audit: 1 open, 0 closed, 0 cannot be told.\n' })
  expect(await routekey('check', 'http://192.0.2.1/')).toMatchObject({ exitCode: 2, printed: '' })
})
