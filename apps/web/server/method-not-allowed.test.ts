import { expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { methodNotAllowed } = await import('./method-not-allowed.ts')

const request = new Request('http://localhost/api/health?API_ROUTE_SECRET=hush', { method: 'POST' })

it('responds 405 and lists the methods that the route serves', async () => {
  const response = methodNotAllowed('GET', 'HEAD').POST(request)
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await response.json()).toMatchObject({ detail: 'Method not allowed. Use GET or HEAD.' })
})

it('gives a handler for every method that the route does not serve', () => {
  const { DELETE, HEAD, OPTIONS, PATCH, PUT, POST } = methodNotAllowed('GET')
  for (const refuse of [DELETE, HEAD, OPTIONS, PATCH, PUT, POST])
    expect(refuse(request).headers.get('allow')).toBe('GET')
})

it('logs each refusal once, without the query', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  methodNotAllowed('GET').POST(request)
  const lines = write.mock.calls.map(([line]) => String(line))
  write.mockRestore()
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    event: 'request.refused',
    method: 'POST',
    path: '/api/health',
    status: 405,
  })
  expect(lines[0]).not.toContain('hush')
})
