import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { methodNotAllowed } = await import('./method-not-allowed.ts')

it('responds 405 and lists the methods that the route serves', async () => {
  const response = methodNotAllowed('GET', 'HEAD').POST()
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await response.json()).toMatchObject({ detail: 'Method not allowed. Use GET or HEAD.' })
})

it('gives a handler for every method that the route does not serve', () => {
  const { DELETE, HEAD, OPTIONS, PATCH, PUT, POST } = methodNotAllowed('GET')
  for (const refuse of [DELETE, HEAD, OPTIONS, PATCH, PUT, POST]) expect(refuse().headers.get('allow')).toBe('GET')
})
