import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../../../packages/routekey/dist/cli/bin.js', import.meta.url))
const web = fileURLToPath(new URL('../..', import.meta.url))

it('finds a guard for every route that acts', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'audit', '--json'], {
    cwd: web,
    encoding: 'utf8',
  })
  const { handlers, findings } = JSON.parse(stdout)
  expect(findings.filter(({ level }: { level: string }) => level === 'error')).toEqual([])
  for (const route of [
    '/api/create-stripe-customer',
    '/api/sync-stripe-customers',
    '/api/v1/customer',
    '/api/stripe/webhook',
  ]) {
    expect(handlers).toContainEqual(expect.objectContaining({ route, verdict: 'guarded' }))
  }
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
