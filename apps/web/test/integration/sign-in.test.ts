import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack?.stop()
})

/** Returns the lines about refused sign-ins that the application has logged since the call. */
function watchRefusals(): () => unknown[] {
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
    const refusals = watchRefusals()
    const browser = openScriptlessBrowser(stack)
    const { headers } = await browser.get(`/auth/callback?${query}&error_description=ada%40example.com`)
    expect((await browser.get(String(headers.location))).body).toContain(text)
    await expect
      .poll(refusals)
      .toEqual([expect.objectContaining({ event: 'auth.return_refused', level: 'warn', code })])
  })

  it('is logged once for a wrong password, without the address', async () => {
    const refusals = watchRefusals()
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
