import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../../../packages/routekey/dist/cli/bin.js', import.meta.url))
const web = fileURLToPath(new URL('../..', import.meta.url))

it('finds a guard or an explained exception for every route', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'audit'], { cwd: web, encoding: 'utf8' })
  expect(stdout.split('\n').filter((line) => /^(?:open|unclear) /.test(line))).toEqual([])
  expect(stdout).toMatch(/^guarded +POST +\/api\/create-stripe-customer /m)
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
