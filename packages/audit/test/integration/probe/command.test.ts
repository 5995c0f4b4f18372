import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createProgram, runProgram } from '@routekey/command-line'
import { captureTerminal } from '@routekey/command-line/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { addCheck } from '../../../src/cli/check.ts'
import { type Fixture, startFixture } from './start-fixture.ts'

const key = randomBytes(24).toString('base64url')
const cwd = mkdtempSync(join(tmpdir(), 'routekey-check-'))
let fixture: Fixture

beforeAll(async () => {
  fixture = await startFixture(key)
})
afterAll(async () => {
  rmSync(cwd, { recursive: true })
  await fixture.stop()
})

async function run(...args: readonly string[]) {
  const terminal = captureTerminal({ cwd, env: { ROUTE_KEY: key } })
  const program = createProgram({ command: 'audit', description: 'Finds open routes.' }, terminal)
  addCheck(program, terminal)
  const exitCode = await runProgram(program, ['check', ...args], terminal, { name: 'audit' })
  const printed = terminal.printed()
  const said = terminal.said()
  expect(printed + said).not.toContain(key)
  return { exitCode, printed, said }
}

it('exits with 0 if every route is closed', async () => {
  const { exitCode, printed, said } = await run(`${fixture.origin}/bearer`, '--key-env', 'ROUTE_KEY')
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '0 open, 1 closed, 0 cannot be told.\n' })
  expect(printed).toContain(`closed  GET ${fixture.origin}/bearer`)
  expect(printed).toContain('It answers 401 to all but the right key.')
  expect(printed).toContain('A 401 has no challenge')
  expect(printed).toContain('A cache may keep the response to the right key.')
})

it('exits with 1 for an open route, which comes first, and hides the values of its query', async () => {
  const { exitCode, printed, said } = await run(`${fixture.origin}/bearer`, `${fixture.origin}/unguarded?token=${key}`)
  expect({ exitCode, said }).toEqual({ exitCode: 1, said: 'audit: 1 open, 1 closed, 0 cannot be told.\n' })
  expect(printed).toMatch(
    /^OPEN {2}GET .*\/unguarded\?token=… {2}\(\d+ requests?\)\n {2}It answers 200 without a key\.\n/,
  )
})

it('finds out the method when only the address is given', async () => {
  const { printed } = await run(`${fixture.origin}/post-only`)
  expect(printed).toContain('POST ')
})

it('checks the routes that audit lists', async () => {
  writeFileSync(
    join(cwd, 'audit.json'),
    JSON.stringify({
      handlers: [
        { route: '/null', name: 'GET', kind: 'app' },
        { route: '/items/[id]/[[...rest]]', name: 'POST', kind: 'app' },
        { route: '/post-only', name: 'default', kind: 'pages' },
        { route: 'action', name: 'action', kind: 'server-function' },
      ],
    }),
  )
  const { exitCode, printed } = await run(fixture.origin, '--routes', 'audit.json')
  expect(exitCode).toBe(1)
  expect(printed).toContain(`OPEN  GET ${fixture.origin}/null`)
  expect(printed).toContain(`CANNOT TELL  POST ${fixture.origin}/items/routekey-check/routekey-check`)
  expect(printed).toContain(`POST ${fixture.origin}/post-only`)
  expect(printed).not.toContain('/action')
})

it('reads the key from .env.local, and prints JSON', async () => {
  writeFileSync(join(cwd, '.env.local'), `FILE_KEY="${key}"\n`)
  const { printed } = await run(`POST ${fixture.origin}/header`, '--key-env', 'FILE_KEY', '--json')
  expect(JSON.parse(printed)).toEqual([
    expect.objectContaining({ method: 'POST', verdict: 'closed', url: `${fixture.origin}/header` }),
  ])
})

it('sends the key in the query to this machine, and says if it is accepted there', async () => {
  const { printed } = await run(`${fixture.origin}/only-when-present`, '--key-env', 'ROUTE_KEY')
  expect(printed).toContain('OPEN')
  expect(fixture.addresses.some((address) => address.includes(key))).toBe(true)
})

it.each([
  [['http://192.0.2.1/x'], '192.0.2.1 is not this machine. If you may attack it, add --allow-host 192.0.2.1'],
  [['https://localhost.example.com/x'], 'localhost.example.com is not this machine.'],
  [['https://127.0.0.1.example.com/x'], '127.0.0.1.example.com is not this machine.'],
  [['ftp://127.0.0.1/x'], 'An address must start with http:// or https://.'],
  [['nonsense'], 'An address must start with http:// or https://.'],
  [['FETCH http://127.0.0.1/x'], 'FETCH is not a method. Use one of GET,'],
  [['http://user:pass@127.0.0.1/x'], 'An address must not hold a user or a password.'],
  [['http://127.0.0.1:9/x', '--key-env', 'UNSET'], 'UNSET is neither in the environment nor in .env.local.'],
  [['http://127.0.0.1:9/x', '--body', 'none.json'], 'none.json cannot be read.'],
  [['http://127.0.0.1:9/x', '--routes', 'none.json'], 'none.json cannot be read.'],
  [['http://127.0.0.1:9/x', '--header', 'x y'], "'x y' is not the name of a header."],
])('refuses %j before it sends anything', async (args, message) => {
  const { exitCode, said } = await run(...args)
  expect(exitCode).toBe(2)
  expect(said).toContain(message)
})

it('says that it cannot tell when nobody listens', async () => {
  const { exitCode, printed } = await run('http://127.0.0.1:9/x')
  expect(exitCode).toBe(1)
  expect(printed).toContain('CANNOT TELL')
  expect(printed).toContain('There is no response (ECONNREFUSED).')
})
