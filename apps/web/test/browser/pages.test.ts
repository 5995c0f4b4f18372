import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../stack.ts'
import { openBrowser } from './open-browser.ts'

const paths = ['/', '/login', '/login?mode=sign-up&error=denied', '/account', '/no-such-page']

describe('every page', () => {
  let stack: Stack
  let browser: Browser
  let session: Awaited<ReturnType<BrowserContext['storageState']>>
  let axe: string

  beforeAll(async () => {
    stack = await startStack()
    browser = await openBrowser()
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    const page = await browser.newPage({ baseURL: stack.webUrl })
    await page.goto('/login?mode=sign-up')
    await page.getByLabel('E-mail').fill('a.rather.long.name.for.an.address@subdomain.example.com')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/account')
    session = await page.context().storageState()
    await page.context().close()
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })

  const open = async (path: string, options: Parameters<Browser['newContext']>[0]) => {
    const page = await browser.newPage({
      baseURL: stack.webUrl,
      ...(path === '/account' ? { storageState: session } : {}),
      ...options,
    })
    const response = await page.goto(path)
    return { page, response: response! }
  }

  it.each(paths)('fits screens from 360 to 1920 pixels wide: %s', async (path) => {
    const { page } = await open(path, {})
    const tooWide: number[] = []
    for (const width of [360, 412, 768, 1024, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(width)
    }
    await page.context().close()
    expect(tooWide).toEqual([])
  })

  const looks = paths.flatMap((path) =>
    (['light', 'dark'] as const).flatMap((colorScheme) => [360, 1280].map((width) => ({ path, colorScheme, width }))),
  )
  it.each(looks)('has no fault that axe finds: $path, $colorScheme, $width pixels', async (look) => {
    const { path, colorScheme, width } = look
    const { page } = await open(path, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
    await page.addScriptTag({ content: axe })
    const { violations } = await page.evaluate<AxeResults>('axe.run()')
    await page.context().close()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  })

  it.each(paths)('carries a policy with a nonce of its own, and may not be framed: %s', async (path) => {
    const policies = []
    for (let i = 0; i < 2; i++) {
      const { page, response } = await open(path, {})
      policies.push((await response.headerValue('content-security-policy')) ?? '')
      expect(await response.headerValue('x-content-type-options')).toBe('nosniff')
      expect(await response.headerValue('x-powered-by')).toBeNull()
      await page.context().close()
    }
    const [nonce, other] = policies.map((policy) => /'nonce-([^']{22,})'/.exec(policy)?.[1])
    expect(nonce).toBeDefined()
    expect(nonce).not.toBe(other)
    expect(policies[0]).toContain("frame-ancestors 'none'")
    expect(policies[0]).not.toContain('unsafe')
  })
})

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

  it('still shows the landing page', async () => {
    expect(await get('/')).toMatchObject({ status: 200, text: expect.stringContaining('secure a route') })
  })

  it.each(['/login', '/account'])('%s names the variable and how to mend it', async (path) => {
    const { text } = await get(path)
    expect(text).toContain('NEXT_PUBLIC_SUPABASE_URL is not set')
    expect(text).toContain('npm start')
    expect(text).not.toContain(stack.env['SUPABASE_SECRET_KEY'])
  })

  it('tells by its health which part is missing, and nothing more', async () => {
    const { status, text } = await get('/api/health')
    expect(status).toBe(503)
    expect(JSON.parse(text)).toEqual({
      status: 'unavailable',
      parts: { api_route_secret: 'ok', cron_secret: 'ok', supabase: 'not_configured', stripe: 'ok' },
    })
  })

  it('guards its route all the same, and says to the rightful caller that it is not ready', async () => {
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
