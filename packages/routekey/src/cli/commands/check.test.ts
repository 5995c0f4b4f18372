import { expect, it } from 'vitest'

import { strongSecret, useDirectory } from '../cli-fixture.ts'
import { runAudit } from '../run-audit.ts'
import { captureTerminal } from '@routekey/command-line/testing'

const { at, directory, run, write } = useDirectory()

it.each([
  [[], 'API_ROUTE_SECRET: strong'],
  [['OTHER_SECRET'], 'OTHER_SECRET: strong'],
  [['OTHER_SECRET', '--env-file', '.env.local'], 'OTHER_SECRET: strong'],
])('checks secrets without an address, as before: %j', async (args, text) => {
  write(`API_ROUTE_SECRET=${strongSecret}\nOTHER_SECRET=${strongSecret}\n`)
  const { exitCode, printed } = await run('check', ...args)
  expect(exitCode).toBe(0)
  expect(printed).toContain(text)
})

it('says how to run @routekey/audit if it is not installed', async () => {
  const terminal = captureTerminal({ cwd: directory() })
  await expect(runAudit(['check', 'http://127.0.0.1:3000/a b'], terminal, [at('package.json')])).rejects.toThrow(
    "This needs the package @routekey/audit. Run: npx @routekey/audit check 'http://127.0.0.1:3000/a b'",
  )
})
