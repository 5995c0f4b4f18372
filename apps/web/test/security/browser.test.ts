import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { openScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { send } from '#test/support/send.ts'
import { password, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let session: Session
beforeAll(async () => {
  stack = await startStack()
  session = await createSession(stack)
})
afterAll(async () => {
  await stack?.stop()
})

const cookieHeader = (prefix = '') =>
  [...session.cookies].map(([name, value]) => `${prefix}${name}=${value}`).join('; ')
const get = (path: string, ...headers: string[]) => send(stack.webUrl + path, { method: 'GET', headers })
const https = ['x-forwarded-proto', 'https'] as const

describe('a session over https', () => {
  it('is in cookies that only this host can set', async () => {
    const page = await get('/account', ...https, 'cookie', cookieHeader('__Host-'))
    expect(page.status).toBe(200)
    expect(page.body).toContain(session.email)
  })

  it.each(['', '__Secure-', '__host-', 'x__Host-'])('is not in cookies with the prefix %j', async (prefix) => {
    const page = await get('/account', ...https, 'cookie', cookieHeader(prefix))
    expect(page.status).toBe(307)
    expect(page.headers.location).toMatch(/^\/login\?/)
  })

  it('ends with all of its cookies', async () => {
    const browser = openScriptlessBrowser(stack, await createSession(stack))
    const renamed = [...browser.cookies].map(([name, value]) => [`__Host-${name}`, value] as const)
    browser.cookies.clear()
    for (const [name, value] of renamed) browser.cookies.set(name, value)
    const page = await browser.get('/keys', { 'x-forwarded-proto': 'https' })
    const answer = await browser.submit(
      page,
      'Sign out',
      {},
      { 'x-forwarded-proto': 'https', origin: stack.webUrl.replace('http:', 'https:') },
    )
    expect(answer.status).toBe(303)
    expect(browser.cookies.size).toBe(0)
    for (const line of answer.headers['set-cookie'] ?? []) expect(line).toMatch(/^__Host-.*Path=\/;.*Secure/i)
  })
})

describe('a form that another site sends', () => {
  it.each([
    ['/login', 'Sign in'],
    ['/login?mode=sign-up', 'Create account'],
  ])('does nothing: %s', async (path, button) => {
    const browser = openScriptlessBrowser(stack)
    const page = await browser.get(path)
    const fields = { email: session.email, password }
    for (const site of ['cross-site', 'same-site']) {
      for (const more of [{}, { 'next-router-prefetch': '1' }, { rsc: '1' }]) {
        const answer = await browser.submit(page, button, fields, { 'sec-fetch-site': site, ...more })
        expect(answer.status).toBe(403)
        expect(browser.cookies.size).toBe(0)
      }
    }
    const answer = await browser.submit(page, button, fields, { origin: 'https://other.example' })
    expect(answer.status).toBe(403)
    expect(browser.cookies.size).toBe(0)
  })

  it('signs nobody out', async () => {
    const browser = openScriptlessBrowser(stack, await createSession(stack))
    const page = await browser.get('/keys')
    const answer = await browser.submit(page, 'Sign out', {}, { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(403)
    expect((await browser.get('/account')).status).toBe(200)
  })
})

describe('personal data', () => {
  it.each(['/account', '/keys', '/account/stripe-customer', '/auth/callback'])(
    'is stored by no cache: %s',
    async (path) => {
      for (const headers of [[], ['cookie', cookieHeader()]]) {
        const answer = await get(path, ...headers)
        expect(answer.headers['cache-control']).toContain('no-store')
      }
    },
  )

  it.each([
    ['a page', []],
    ['a prefetch', ['next-router-prefetch', '1']],
    ['a part of a page', ['rsc', '1']],
    ['a prefetch of a part', ['rsc', '1', 'next-router-prefetch', '1']],
    ['a script', ['sec-fetch-dest', 'empty']],
  ])('is shown to no session that has ended elsewhere: %s', async (_, headers) => {
    const ended = await createSession(stack)
    const cookie = [...ended.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    expect((await get('/account/stripe-customer', 'cookie', cookie, ...headers)).status).toBe(200)
    const { error } = await stack.admin.rpc('delete_account', { user_id: ended.id })
    expect(error).toBeNull()
    expect((await get('/account/stripe-customer', 'cookie', cookie, ...headers)).status).toBe(401)
    for (const path of ['/account/stripe-customer', '/account', '/keys']) {
      const answer = await get(path, 'cookie', cookie, ...headers)
      expect(answer.body).not.toContain(ended.email)
      expect(answer.body).not.toContain(ended.id)
    }
  })
})
