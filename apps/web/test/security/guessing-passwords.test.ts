import { findFreePort } from '@routekey/sandbox'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { startWebServer, type WebServer } from '@routekey/tools/web-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSessionCookie } from '#server/session-cookie.ts'
import { type LoadedPage, openScriptlessBrowser, type ScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { password, signUp, type Stack, startStack } from '#test/support/stack.ts'

let postgres: TestPostgres
let stack: Stack
let second: WebServer
beforeAll(async () => {
  postgres = await startTestPostgres({ migrationsDirectory: null })
  // The tests say in each request from where it comes, like a proxy.
  const env = { TRUSTED_PROXIES: '1', SIGN_IN_QUOTA_PER_ACCOUNT: '30', SIGN_IN_QUOTA_PER_ADDRESS: '15' }
  stack = await startStack({
    databaseUrl: postgres.url,
    sweepIntervalMs: 3_600_000,
    env: { ...env, SIGN_UP_QUOTA_PER_ADDRESS: '3', MAIL_QUOTA_PER_ADDRESS: '2' },
  })
  second = await startWebServer({ port: await findFreePort(), env: stack.env })
})
afterAll(async () => {
  await second?.stop()
  await stack?.stop()
  await postgres?.stop()
})

let lastAddress = 0
/** An address that no other test uses. */
const nextAddress = () => `203.0.113.${(lastAddress += 1)}`

const openOn = (webUrl: string) => openScriptlessBrowser({ ...stack, webUrl })

/** Sends the form of a page from an address. */
async function send(
  browser: ScriptlessBrowser,
  page: LoadedPage,
  button: string,
  fields: Record<string, string>,
  address: string,
): Promise<LoadedPage> {
  return browser.submit(page, button, fields, { 'x-forwarded-for': address })
}

/** Tries passwords at once, each in a new browser, over both instances in turn. Returns the answers as text. */
async function guess(email: string, count: number, addressOf: (index: number) => string): Promise<string[]> {
  const pages = new Map<string, LoadedPage>()
  for (const url of [stack.webUrl, second.url]) pages.set(url, await openOn(url).get('/login'))
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const url = index % 2 === 0 ? stack.webUrl : second.url
      const fields = { email, password: `wrong ${index}` }
      return (await send(openOn(url), pages.get(url)!, 'Sign in', fields, addressOf(index))).body
    }),
  )
}

async function signInFrom(
  email: string,
  address: string,
  browser = openOn(stack.webUrl),
): Promise<{ isSignedIn: boolean; body: string; browser: ScriptlessBrowser }> {
  const { body } = await send(browser, await browser.get('/login'), 'Sign in', { email, password }, address)
  return { isSignedIn: [...browser.cookies.keys()].some(isSessionCookie), body, browser }
}

/** Signs out, and stays a browser that has signed in before. */
async function signOut(browser: ScriptlessBrowser): Promise<ScriptlessBrowser> {
  await browser.submit(await browser.get('/'), 'Sign out')
  expect([...browser.cookies.keys()].filter(isSessionCookie)).toEqual([])
  return browser
}

const countWith = (texts: string[], part: string) => texts.filter((text) => text.includes(part)).length
const wrong = 'Wrong email address or password.'
const tooMany = /Too many attempts\. Try again in \d+ (?:seconds|minutes?)\./

describe('guessing the password of an account', () => {
  it('from one address over two instances is throttled as on one, and locks nobody else out', async () => {
    const { email } = await signUp(stack)
    const [attacker, home] = [nextAddress(), nextAddress()]
    const known = await signOut((await signInFrom(email, attacker)).browser)

    const answers = await guess(email, 60, () => attacker)
    expect([countWith(answers, wrong), answers.filter((text) => tooMany.test(text)).length]).toEqual([10, 50])
    for (const server of [stack.web, second]) {
      expect(server.output()).toMatch(/^\{.*"throttle":"browser","retryAfterSeconds":\d+,"event":"auth\.throttled"\}$/m)
      expect(server.output()).not.toContain(email)
      expect(server.output()).not.toContain(attacker)
    }

    const refused = await signInFrom(email, attacker)
    expect([refused.isSignedIn, tooMany.test(refused.body)]).toEqual([false, true])
    // The right password from elsewhere, and in a browser of the owner behind the same address.
    expect((await signInFrom(email, home)).isSignedIn).toBe(true)
    expect((await signInFrom(email, attacker, known)).isSignedIn).toBe(true)
  })

  it('from many addresses is throttled for new browsers, and not for one that has signed in before', async () => {
    const { email } = await signUp(stack)
    const known = await signOut((await signInFrom(email, nextAddress())).browser)
    const answers = await guess(email, 40, (index) => `198.51.100.${index}`)
    expect([countWith(answers, wrong), answers.filter((text) => tooMany.test(text)).length]).toEqual([30, 10])
    expect((await signInFrom(email, nextAddress())).isSignedIn).toBe(false)
    expect((await signInFrom(email, nextAddress(), known)).isSignedIn).toBe(true)
  })

  it('is throttled in a browser that has signed in before as well', async () => {
    const { email } = await signUp(stack)
    const known = await signOut((await signInFrom(email, nextAddress())).browser)
    const page = await known.get('/login')
    const answers: string[] = []
    for (let index = 0; index < 11; index += 1) {
      answers.push((await send(known, page, 'Sign in', { email, password: 'wrong' }, nextAddress())).body)
    }
    expect(countWith(answers, wrong)).toBe(10)
    expect((await signInFrom(email, nextAddress(), known)).isSignedIn).toBe(false)
    expect((await signInFrom(email, nextAddress())).isSignedIn).toBe(true)
  })

  it.each([
    ['another account', async () => (await signInFrom((await signUp(stack)).email, nextAddress())).browser],
    ['a forged one', async () => forge((value) => value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))],
    ['an unreadable one', async () => forge(() => 'x'.repeat(4000))],
  ])('is not helped by the cookie of %s', async (_name, open) => {
    const { email } = await signUp(stack)
    const address = nextAddress()
    await guess(email, 10, () => address)
    expect((await signInFrom(email, address, await signOut(await open()))).isSignedIn).toBe(false)
  })

  it('answers alike and not sooner for an unknown address, which is throttled as well', async () => {
    const { email } = await signUp(stack)
    const unknown = `${crypto.randomUUID()}@example.com`
    for (const address of [email, unknown]) {
      const from = nextAddress()
      const startMs = performance.now()
      const [answer] = await guess(address, 1, () => from)
      // Not a speed but a bound that waiting guarantees; timers may fire a millisecond early.
      expect(performance.now() - startMs).toBeGreaterThan(498)
      expect(answer).toContain(wrong)
      const more = await guess(address, 12, () => from)
      expect(countWith(more, wrong)).toBe(9)
    }
  })

  it('of many accounts from one address is throttled', async () => {
    const address = nextAddress()
    const answers: string[] = []
    for (let index = 0; index < 4; index += 1)
      answers.push(...(await guess(`${crypto.randomUUID()}@example.com`, 5, () => address)))
    expect(countWith(answers, wrong)).toBe(15)
  })
})

async function signUpWith(fields: Record<string, string>, address: string): Promise<string> {
  const browser = openOn(stack.webUrl)
  return (await send(browser, await browser.get('/login?mode=sign-up'), 'Create account', fields, address)).body
}

describe('signing up', () => {
  it.each([
    ['password', 'one of the most common ones'],
    ['12345678', 'one of the most common ones'],
    ['routekey2026', 'the name of this product'],
  ])('is refused with the password %s', async (secret, text) => {
    const email = `${crypto.randomUUID()}@example.com`
    expect(await signUpWith({ email, password: secret }, nextAddress())).toContain(text)
    const { data } = await stack.admin.from('profile').select('id').eq('email', email)
    expect(data).toEqual([])
  })

  it('is throttled by address, alike for new and known addresses', async () => {
    const { email } = await signUp(stack)
    const address = nextAddress()
    const answers: string[] = []
    for (const to of [email, `${crypto.randomUUID()}@example.com`, email, `${crypto.randomUUID()}@example.com`])
      answers.push(await signUpWith({ email: to, password }, address))
    expect(countWith(answers, 'Check your email')).toBe(3)
    expect(answers.at(-1)).toMatch(tooMany)
  })
})

describe('changing the e-mail address', () => {
  it('is throttled by address, also from other accounts', async () => {
    const address = nextAddress()
    const answers: string[] = []
    for (let account = 0; account < 3; account += 1) {
      const { browser } = await signInFrom((await signUp(stack)).email, nextAddress())
      const fields = { email: `${crypto.randomUUID()}@example.com` }
      answers.push((await send(browser, await browser.get('/account'), 'Change email', fields, address)).body)
    }
    expect(answers.filter((answer) => tooMany.test(answer))).toEqual([answers[2]])
  })
})

/** Opens a browser that has signed in to an account, with a changed cookie. */
async function forge(change: (value: string) => string): Promise<ScriptlessBrowser> {
  const { browser } = await signInFrom((await signUp(stack)).email, nextAddress())
  const value = browser.cookies.get('routekey-device')
  expect(value).toMatch(/^[\w-]{22}\.[\w-]{43}$/)
  browser.cookies.set('routekey-device', change(value ?? ''))
  return browser
}
