import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentAtGithub } from '#test/support/consent-at-github.ts'
import { confirmLink, readMailedPath } from '#test/support/read-mailed-links.ts'
import { openScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { password, signUp, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack?.stop()
})

/** Returns the lines about sign-ins that the application has logged since the call. */
function watchSignIns(): () => unknown[] {
  const before = stack.web.output().length
  return () =>
    Array.from(
      stack.web
        .output()
        .slice(before)
        .matchAll(/^\{.*"event":"auth\..*\}$/gm),
      ([line]): unknown => JSON.parse(line),
    )
}

const idOf = async (email: string): Promise<unknown> =>
  (await stack.admin.from('profile').select('id').eq('email', email).single()).data?.id
const line = (method: string, userId: unknown) => [
  { time: expect.any(String), level: 'info', event: 'auth.signed_in', method, userId },
]

describe('a sign-in', () => {
  it('with a password is logged once, with the id of the user', async () => {
    const { id, email } = await signUp(stack)
    const lines = watchSignIns()
    const browser = openScriptlessBrowser(stack)
    await browser.submit(await browser.get('/login'), 'Sign in', { email, password })
    await expect.poll(lines).toEqual(line('password', id))
  })

  it('with the link of a sign-up is logged once, with the id of the user', async () => {
    const email = `${crypto.randomUUID()}@example.com`
    const browser = openScriptlessBrowser(stack)
    const lines = watchSignIns()
    await browser.submit(await browser.get('/login?mode=sign-up'), 'Create account', { email, password })
    await confirmLink(browser, await readMailedPath(stack, email))
    await expect.poll(lines).toEqual(line('link', await idOf(email)))
  })

  it('with a link that only confirms the address is not one', async () => {
    const email = `${crypto.randomUUID()}@example.com`
    const browser = openScriptlessBrowser(stack)
    await browser.submit(await browser.get('/login?mode=sign-up'), 'Create account', { email, password })
    const lines = watchSignIns()
    const other = openScriptlessBrowser(stack)
    const answer = await confirmLink(other, await readMailedPath(stack, email))
    expect(answer.headers.location).toBe('/login?notice=email-confirmed')
    // Shows that its lines would have arrived.
    await other.submit(await other.get('/login'), 'Sign in', { email, password })
    await expect.poll(lines).toEqual(line('password', await idOf(email)))
  })

  it('with GitHub is logged once, with the id of the user', async () => {
    const lines = watchSignIns()
    const browser = openScriptlessBrowser(stack)
    const { headers } = await browser.get('/auth/github', { 'sec-fetch-site': 'same-origin' })
    const supabaseUrl = await consentAtGithub(headers.location ?? '', 'grace')
    const back = (await fetch(supabaseUrl, { redirect: 'manual' })).headers.get('location') ?? ''
    await browser.get(back.slice(new URL(back).origin.length))
    const account = (await browser.get('/account')).body
    await expect.poll(lines).toHaveLength(1)
    const { data } = await stack.admin.from('profile').select('id, email')
    const user = data?.find(({ email }) => typeof email === 'string' && account.includes(email))
    expect(lines()).toEqual(line('return', user?.id))
  })
})

describe('a refused sign-in', () => {
  it.each([
    'error=constructor',
    'error=__proto__',
    'error=toString',
    'error=',
    'error=denied&error=session',
    'error[]=x',
  ])('is answered with a page for the query %s', async (query) => {
    expect((await openScriptlessBrowser(stack).get(`/login?${query}`)).status).toBe(200)
  })

  it.each([
    ['error=access_denied&error_code=user_banned', 'user_banned', 'This account is suspended.'],
    ['error=access_denied', 'access_denied', 'You didn’t authorize the sign-in.'],
    ['error=server_error&error_code=ada%40example.com', 'unknown', 'The sign-in did not work.'],
  ])('is explained, and logged once, for the return with %s', async (query, code, text) => {
    const refusals = watchSignIns()
    const browser = openScriptlessBrowser(stack)
    const { headers } = await browser.get(`/auth/callback?${query}&error_description=ada%40example.com`)
    expect((await browser.get(String(headers.location))).body).toContain(text)
    await expect
      .poll(refusals)
      .toEqual([expect.objectContaining({ event: 'auth.return_refused', level: 'warn', code })])
  })

  it('is logged once for a wrong password, without the address', async () => {
    const refusals = watchSignIns()
    const browser = openScriptlessBrowser(stack)
    const email = `${crypto.randomUUID()}@example.com`
    const answer = await browser.submit(await browser.get('/login'), 'Sign in', { email, password: 'wrong' })
    expect(answer.body).toContain('Wrong email address or password.')
    await expect
      .poll(refusals)
      .toEqual([expect.objectContaining({ event: 'auth.refused', level: 'warn', code: 'invalid_credentials' })])
    expect(stack.web.output()).not.toContain(email)
  })
})
