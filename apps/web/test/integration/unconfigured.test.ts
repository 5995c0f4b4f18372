import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '#test/support/stack.ts'

describe('without Supabase configured', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ env: { NEXT_PUBLIC_SUPABASE_URL: undefined } })
  })
  afterAll(async () => {
    await stack?.stop()
  })
  const get = async (path: string) => {
    const response = await fetch(stack.webUrl + path, { redirect: 'manual' })
    return { status: response.status, text: await response.text() }
  }

  it('shows the home page', async () => {
    expect(await get('/')).toMatchObject({ status: 200, text: expect.stringContaining('secure a route') })
  })

  it.each(['/login', '/account'])('%s names the variable and says how to fix it', async (path) => {
    const { text } = await get(path)
    expect(text).toContain('NEXT_PUBLIC_SUPABASE_URL is not set')
    expect(text).toContain('npm start')
    expect(text).not.toContain(stack.env['SUPABASE_SECRET_KEY'])
  })

  it('reports only which part is missing in /api/health', async () => {
    const { status, text } = await get('/api/health')
    expect(status).toBe(503)
    expect(JSON.parse(text)).toEqual({
      status: 'unavailable',
      parts: { api_route_secret: 'ok', cron_secret: 'ok', supabase: 'not_configured', stripe: 'ok' },
      wake_ups: null,
    })
  })

  it('still guards its route, and responds 503 to a caller with the key', async () => {
    const post = async (headers: Record<string, string>) => {
      const body = JSON.stringify({
        type: 'INSERT',
        table: 'profile',
        schema: 'public',
        record: { id: '00000000-0000-4000-8000-000000000001' },
      })
      const response = await fetch(`${stack.webUrl}/api/create-stripe-customer`, { method: 'POST', headers, body })
      return { status: response.status, type: response.headers.get('content-type') }
    }
    expect(await post({})).toEqual({ status: 401, type: 'application/problem+json' })
    expect(await post({ 'x-api-key': stack.apiRouteSecret })).toEqual({ status: 503, type: 'application/problem+json' })
  })
})
