import { randomBytes } from 'node:crypto'
import { authenticate, envSecret } from 'routekey'
import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { logDenial } = await import('./log-denial.ts')

const secret = randomBytes(32).toString('hex')

it.each([
  ['stdout', { API_ROUTE_SECRET: secret }, { level: 'warn', status: 401, code: 'invalid_key' }],
  ['stderr', {}, { level: 'error', status: 503, code: 'secret_unset' }],
] as const)('logs the code and the path to %s, and not the key', async (stream, env, expected) => {
  const write = vi.spyOn(process[stream], 'write').mockReturnValue(true)
  const wrong = randomBytes(32).toString('hex')
  const request = new Request(`http://localhost/api/create-stripe-customer?API_ROUTE_SECRET=${wrong}`, {
    method: 'POST',
  })
  const verifier = envSecret('API_ROUTE_SECRET', { query: true, env, logger: { error: () => {} } })
  await authenticate(request, verifier, { onDenied: logDenial })
  const line = String(write.mock.lastCall?.[0])
  write.mockRestore()
  expect(JSON.parse(line)).toMatchObject({
    event: 'request.refused',
    method: 'POST',
    path: '/api/create-stripe-customer',
    ...expected,
  })
  expect(line).not.toContain(wrong)
})
