import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { confirmLink, readMailedPath } from '#test/support/read-mailed-links.ts'
import { type LoadedPage, openScriptlessBrowser, type ScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { password, signUp, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let known: { email: string }
let proxy: Awaited<ReturnType<typeof startFaultProxy>>
const refused = new Map<string, string>()
const load = { now: 0, maximum: 0 }
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000, env: { TRUSTED_PROXIES: '1' } })
  known = await signUp(stack)
  const slow = /grant_type=password|\/signup/
  proxy = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL'] ?? '', { refused, slow, delayMs: 200, load })
  stack.env['NEXT_PUBLIC_SUPABASE_URL'] = proxy.url
  await stack.restartWeb()
})
afterAll(async () => {
  proxy?.stop()
  await stack?.stop()
})

const newAddress = () => `${crypto.randomUUID()}@example.com`
const namesOf = ({ headers }: LoadedPage) =>
  headers['set-cookie']?.map((line) => line.replace(/=[^;]*/, '=…').replace(/Expires=[^;]*/, '')).toSorted()

async function send(button: 'Sign in' | 'Create account', email: string, from: string, secret = password) {
  const browser: ScriptlessBrowser = openScriptlessBrowser(stack)
  const page = await browser.get(button === 'Sign in' ? '/login' : '/login?mode=sign-up')
  return browser.submit(page, button, { email, password: secret }, { 'x-forwarded-for': from })
}

it('answers a second sign-up within a minute like the first, for a free and a taken address, and notes the conflict', async () => {
  const free = newAddress()
  const stolen = 'a password of somebody else'
  await stack.visitor().auth.signUp({ email: free, password: stolen })
  const taken = await send('Create account', known.email, '192.0.2.1')
  // What hosted Supabase Auth answers for an address without a confirmed account.
  const path = `/auth/v1/signup?redirect_to=${encodeURIComponent(`${stack.webUrl}/auth/callback`)}`
  refused.set(path, 'over_email_send_rate_limit')
  const second = await send('Create account', free, '192.0.2.1')
  refused.clear()
  for (const { body } of [taken, second]) expect(body).toContain('Check your email')
  expect(namesOf(second)).toEqual(namesOf(taken))
  expect(second.status).toBe(taken.status)

  const { headers } = await confirmLink(openScriptlessBrowser(stack), await readMailedPath(stack, free))
  expect(headers.location).toBe('/login?mode=sign-up&notice=signed-up-twice')
  expect((await stack.visitor().auth.signInWithPassword({ email: free, password: stolen })).error).not.toBeNull()
})

it.each(['Sign in', 'Create account'] as const)(
  'lets Supabase Auth answer one "%s" of an address at a time, of any accounts, and those of others beside it',
  async (button) => {
    const emails = [known.email, newAddress(), known.email, newAddress()]
    load.maximum = 0
    await Promise.all(emails.map((email) => send(button, email, '192.0.2.2', 'a wrong battery staple')))
    expect(load.maximum).toBe(1)
    await Promise.all(emails.map((email, index) => send(button, email, `192.0.3.${index}`, 'a wrong battery staple')))
    expect(load.maximum).toBeGreaterThan(1)
  },
)
