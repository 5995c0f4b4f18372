import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { isSessionCookie } from '#server/session-cookie.ts'
import { consentAtGithub } from '#test/support/consent-at-github.ts'
import { createSession, type Session } from '#test/support/create-session.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { confirmLink, readMailedPath } from '#test/support/read-mailed-links.ts'
import { type LoadedPage, openScriptlessBrowser, type ScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { send } from '#test/support/send.ts'
import { confirmedSignUp, password, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let victim: Session
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
  victim = await createSession(stack)
})
afterAll(async () => {
  await stack?.stop()
})

const newAddress = () => `${crypto.randomUUID()}@example.com`
const sessionOf = ({ cookies }: ScriptlessBrowser) => [...cookies].filter(([name]) => isSessionCookie(name))

const namesOf = ({ cookies }: ScriptlessBrowser) => [...cookies.keys()].map((name) => name.replace(/[\da-f]{32}/, '…'))

async function signUpIn(browser: ScriptlessBrowser, email: string, secret = password): Promise<void> {
  const page = await browser.get('/login?mode=sign-up')
  const answer = await browser.submit(page, 'Create account', { email, password: secret })
  expect(answer.body).toContain('Check your email')
  expect(sessionOf(browser)).toEqual([])
}

const canSignIn = async (email: string, secret = password) =>
  (await stack.visitor().auth.signInWithPassword({ email, password: secret })).error === null

const confirmIn = async (browser: ScriptlessBrowser, email: string) =>
  (await confirmLink(browser, await readMailedPath(stack, email))).headers.location

async function tokenOf(email: string): Promise<string> {
  return new URL(await readMailedPath(stack, email), stack.webUrl).searchParams.get('token_hash') ?? ''
}

/** Signs in to the sandbox's GitHub and returns the address that leads to the application, with the code of the sign-in. */
async function signInAtGithub(login: string): Promise<{ supabaseUrl: string; verifier: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    provider: 'github',
    redirect_to: `${stack.webUrl}/auth/callback`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 's256',
  })
  const start = `${stack.env['NEXT_PUBLIC_SUPABASE_URL']}/auth/v1/authorize?${query}`
  return { supabaseUrl: await consentAtGithub(start, login), verifier }
}

/** Every address of the application: its pages and routes, with an example for each parameter. */
function listAddresses(): string[] {
  const app = fileURLToPath(new URL('../../app/', import.meta.url))
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' })
  const addresses = files.flatMap(
    (file) => /^(?<path>.*?)\/?(?:page\.tsx|route\.ts)$/.exec(file)?.groups?.['path'] ?? [],
  )
  return addresses.map((path) => `/${path.replaceAll(/\[\w+\]/g, crypto.randomUUID())}`)
}

describe('a link of an attacker', () => {
  it('changes nobody’s session and is not used up by a cross-site GET or HEAD of any address', async () => {
    const attacker = newAddress()
    await stack.visitor().auth.signUp({ email: attacker, password })
    const signUpToken = await tokenOf(attacker)
    const changing = stack.visitor()
    await confirmedSignUp(stack, changing, newAddress())
    const changed = newAddress()
    await changing.auth.updateUser({ email: changed })
    const changeToken = await tokenOf(changed)
    const { supabaseUrl, verifier } = await signInAtGithub('grace')
    const returned = await fetch(supabaseUrl, { redirect: 'manual' })
    const code = new URL(returned.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const state = new URL(supabaseUrl).searchParams.get('state') ?? ''
    expect([code, state, signUpToken, changeToken]).not.toContain('')

    const queries = [
      ...['signup', 'email', 'magiclink', 'recovery'].map((type) => ({
        token_hash: signUpToken,
        token: signUpToken,
        type,
      })),
      { token_hash: changeToken, type: 'email_change' },
      { code, state },
      { code, flow: 'email-change', next: '/keys' },
      { message: 'Confirmation link accepted.' },
    ].map((query) => new URLSearchParams(query).toString())
    const addresses = listAddresses()
    expect(addresses).toEqual(
      expect.arrayContaining(['/', '/auth/callback', '/auth/confirm', '/auth/github', '/auth/verify']),
    )

    const crossSite = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      referer: 'https://attacker.example/',
    }
    let attacks = 0
    const visit = async (browser: ScriptlessBrowser, method: string, path: string): Promise<void> => {
      const before = sessionOf(browser)
      let next: string | undefined = path
      for (let redirects = 0; next?.startsWith('/') === true && redirects < 5; redirects += 1) {
        const answer: LoadedPage =
          method === 'GET' ? await browser.get(next, crossSite) : await browser.head(next, crossSite)
        next = answer.headers.location
      }
      // Nothing sends the visitor to another site, for example to sign in there.
      expect([path, next]).toEqual([path, undefined])
      expect([method, path, sessionOf(browser)]).toEqual([method, path, before])
      attacks += 1
    }
    for (const address of addresses) {
      for (const query of queries) {
        for (const method of ['GET', 'HEAD']) {
          for (const session of [victim, undefined]) {
            await visit(openScriptlessBrowser(stack, session), method, `${address}?${query}`)
          }
        }
      }
    }
    expect(attacks).toBe(addresses.length * queries.length * 4)
    const victimBrowser = openScriptlessBrowser(stack, victim)
    expect((await victimBrowser.get('/account')).body).toContain(victim.email)

    // None of them was used up.
    const own = stack.visitor()
    expect((await own.auth.verifyOtp({ type: 'signup', token_hash: signUpToken })).error).toBeNull()
    expect((await own.auth.verifyOtp({ type: 'email_change', token_hash: changeToken })).error).toBeNull()
    const exchanged = await fetch(`${stack.env['NEXT_PUBLIC_SUPABASE_URL']}/auth/v1/token?grant_type=pkce`, {
      method: 'POST',
      headers: { apikey: stack.env['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY'] ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ auth_code: code, code_verifier: verifier }),
    })
    expect(exchanged.status).toBe(200)
    expect(stack.web.output()).not.toContain(signUpToken)
    expect(stack.web.output()).not.toContain(code)
  })

  it('does not sign in a browser that has started a sign-in of its own', async () => {
    const browser = openScriptlessBrowser(stack)
    expect((await browser.get('/auth/github', { 'sec-fetch-site': 'same-origin' })).headers.location).toContain(
      'authorize',
    )
    const { supabaseUrl } = await signInAtGithub('linus')
    const returned = await fetch(supabaseUrl, { redirect: 'manual' })
    const { search } = new URL(returned.headers.get('location') ?? '')
    const answer = await browser.get(`/auth/callback${search}`)
    expect([answer.headers.location, sessionOf(browser)]).toEqual(['/login?error=bad_code_verifier', []])
  })

  it.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://attacker.example' }],
    ['same-site', { 'sec-fetch-site': 'same-site', origin: 'null' }],
    ['of an old browser', { origin: 'https://attacker.example' }],
    ['from nowhere', {}],
  ])('is not used up by a POST that is %s', async (_name, headers) => {
    const email = newAddress()
    await stack.visitor().auth.signUp({ email, password })
    const token = await tokenOf(email)
    const answer = await send(`${stack.webUrl}/auth/verify`, {
      headers: Object.entries({ ...headers, 'content-type': 'application/x-www-form-urlencoded' }).flat(),
      body: new URLSearchParams({ token_hash: token, type: 'signup' }).toString(),
    })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
    expect(await canSignIn(email)).toBe(false)
    expect((await stack.visitor().auth.verifyOtp({ type: 'signup', token_hash: token })).error).toBeNull()
  })

  it('confirms the address when the victim presses the button, and signs nobody in', async () => {
    const email = newAddress()
    await signUpIn(openScriptlessBrowser(stack), email)
    const path = await readMailedPath(stack, email)
    const browser = openScriptlessBrowser(stack, victim)
    const answer = await confirmLink(browser, path)
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?notice=email-confirmed'])
    expect((await browser.get('/login?notice=email-confirmed')).body).toContain(
      'Your email address is confirmed. Sign in.',
    )
    expect(sessionOf(browser)).toEqual([...victim.cookies])
    expect((await browser.get('/account')).body).toContain(victim.email)
    expect(await canSignIn(email)).toBe(true)
  })
})

describe('the link of a sign-up', () => {
  it('signs in the browser that signed up, once, after its button is pressed', async () => {
    const email = newAddress()
    const browser = openScriptlessBrowser(stack)
    await signUpIn(browser, email)
    const path = await readMailedPath(stack, email)
    const page = await browser.get(path)
    expect(page.headers['cache-control']).toContain('no-store')
    expect(page.headers['referrer-policy']).toBe('no-referrer')
    const token = await tokenOf(email)
    for (const [address] of page.body.matchAll(/(?:href|src)="[^"]*"/g)) expect(address).not.toContain(token)
    for (const [, origin] of page.body.matchAll(/(?:href|src|action)="(https?:[^"]*)"/g)) expect(origin).toBeUndefined()

    const answer = await confirmLink(browser, path)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect([...browser.cookies.keys()].filter((name) => !isSessionCookie(name) && !name.includes('verifier'))).toEqual(
      [],
    )
    expect((await browser.get('/account')).body).toContain(email)

    const again = openScriptlessBrowser(stack)
    expect((await confirmLink(again, path)).headers.location).toBe('/login?notice=sign-up-link-refused')
  })

  it.each([
    ['http', 'routekey-sign-up=', /; Max-Age=3600; HttpOnly; SameSite=lax$/i],
    ['https', '__Host-routekey-sign-up=', /; Max-Age=3600; Secure; HttpOnly; SameSite=lax$/i],
  ])('sets a cookie over %s that scripts cannot read and other hosts cannot set', async (proto, name, attributes) => {
    const browser = openScriptlessBrowser(stack)
    const fields = { email: newAddress(), password }
    const page = await browser.get('/login?mode=sign-up')
    const origin = stack.webUrl.replace(/^http:/, `${proto}:`)
    const answer = await browser.submit(page, 'Create account', fields, { origin, 'x-forwarded-proto': proto })
    const cookie = answer.headers['set-cookie']?.find((line) => line.startsWith(name))
    expect(cookie).toMatch(attributes)
    expect(cookie).toContain('; Path=/;')
    expect(cookie).not.toContain('Domain')
  })

  it('can be sent again, and then still signs in the browser', async () => {
    const email = newAddress()
    const browser = openScriptlessBrowser(stack)
    await signUpIn(browser, email)
    const refused = await browser.submit(await browser.get('/login'), 'Sign in', { email, password })
    expect(refused.body).toContain('To get a new link, sign up again.')
    await signUpIn(browser, email)
    expect((await confirmLink(browser, await readMailedPath(stack, email))).headers.location).toBe('/account')
  })

  it('looks the same for an address that has an account', async () => {
    const [known, free] = [openScriptlessBrowser(stack), openScriptlessBrowser(stack)]
    await signUpIn(known, victim.email)
    await signUpIn(free, newAddress())
    expect(namesOf(known)).toEqual(namesOf(free))
    expect(await canSignIn(victim.email)).toBe(true)
  })
})

describe('a password that somebody else registered for an address', () => {
  it('opens nothing after its owner signs in with GitHub', async () => {
    const stolen = 'a password of somebody else'
    await stack.visitor().auth.signUp({ email: 'ada@example.com', password: stolen })
    const { supabaseUrl, verifier } = await signInAtGithub('ada')
    await fetch(supabaseUrl, { redirect: 'manual' })
    expect(verifier).not.toBe('')
    expect(await canSignIn('ada@example.com', stolen)).toBe(false)
  })

  it('opens nothing after its owner signs up and confirms the address', async () => {
    const email = newAddress()
    const stolen = 'a password of somebody else'
    await signUpIn(openScriptlessBrowser(stack), email, stolen)
    const owner = openScriptlessBrowser(stack)
    await signUpIn(owner, email)
    const answer = await confirmLink(owner, await readMailedPath(stack, email))
    expect([answer.headers.location, sessionOf(owner)]).toEqual(['/login?mode=sign-up&notice=signed-up-twice', []])
    expect(await canSignIn(email, stolen)).toBe(false)

    await signUpIn(owner, email)
    expect((await confirmLink(owner, await readMailedPath(stack, email))).headers.location).toBe('/account')
    expect([await canSignIn(email), await canSignIn(email, stolen)]).toEqual([true, false])
  })
})

describe('an address with which several browsers signed up', () => {
  const stolen = 'a password of somebody else'
  const marked = ['/login?mode=sign-up&notice=signed-up-twice', false]
  const afterStranger = async (email: string) => {
    await signUpIn(openScriptlessBrowser(stack), email, stolen)
    const owner = openScriptlessBrowser(stack)
    await signUpIn(owner, email)
    return owner
  }

  it('is not confirmed with the first password in a browser that has not signed up', async () => {
    const email = newAddress()
    const owner = await afterStranger(email)
    const location = await confirmIn(openScriptlessBrowser(stack), email)
    expect([location, await canSignIn(email, stolen)]).toEqual(marked)
    await signUpIn(owner, email)
    expect(await confirmIn(owner, email)).toBe('/account')
    expect([await canSignIn(email), await canSignIn(email, stolen)]).toEqual([true, false])
  })

  it('also if the stranger signed up at Supabase Auth, and spelled the address in another way', async () => {
    const email = newAddress()
    await stack.visitor().auth.signUp({ email, password: stolen, options: { data: { sign_up_mark: 'a' } } })
    await signUpIn(openScriptlessBrowser(stack), email.toUpperCase())
    expect([await confirmIn(openScriptlessBrowser(stack), email), await canSignIn(email, stolen)]).toEqual(marked)
  })

  it('also in the third browser that signed up, and in one that signed up with another address', async () => {
    for (const last of ['the same', 'another']) {
      const email = newAddress()
      await afterStranger(email)
      const third = openScriptlessBrowser(stack)
      await signUpIn(third, last === 'another' ? newAddress() : email)
      expect([await confirmIn(third, email), await canSignIn(email, stolen)]).toEqual(marked)
    }
  })

  it('is confirmed in the browser of the first one, also if a stranger signs up after it', async () => {
    const email = newAddress()
    const owner = openScriptlessBrowser(stack)
    await signUpIn(owner, email)
    await signUpIn(openScriptlessBrowser(stack), email, stolen)
    expect(await confirmIn(owner, email)).toBe('/account')
    expect([await canSignIn(email), await canSignIn(email, stolen)]).toEqual([true, false])
  })

  it('is kept by who signs in with GitHub, also after an old link is opened', async () => {
    const email = 'linus@example.com'
    // An earlier test may have signed in.
    const { data: old } = await stack.admin.from('profile').select('id').eq('email', email)
    for (const { id } of old ?? []) await stack.admin.rpc('delete_account', { user_id: id })
    const owner = await afterStranger(email)
    const path = await readMailedPath(stack, email)
    const { supabaseUrl } = await signInAtGithub('linus')
    await fetch(supabaseUrl, { redirect: 'manual' })
    const { data: before } = await stack.admin.from('profile').select('id').eq('email', email)
    expect(before).toHaveLength(1)
    for (const browser of [openScriptlessBrowser(stack), owner]) {
      expect((await confirmLink(browser, path)).headers.location).not.toContain('signed-up-twice')
    }
    expect((await stack.admin.from('profile').select('id').eq('email', email)).data).toEqual(before)
    expect(await canSignIn(email, stolen)).toBe(false)
  })

  it('has one account without a conflict if one browser signs up again', async () => {
    const email = newAddress()
    const browser = openScriptlessBrowser(stack)
    await signUpIn(browser, email)
    await signUpIn(browser, email)
    expect(await confirmIn(openScriptlessBrowser(stack), email)).toBe('/login?notice=email-confirmed')
    expect(await canSignIn(email)).toBe(true)
  })
})

// The last test, because it restarts the application.
it('ends the session that comes with a confirmation in another browser, and logs it if that fails', async () => {
  const failing = new Set<string>()
  const proxy = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL'] ?? '', { failing })
  onTestFinished(proxy.stop)
  stack.env['NEXT_PUBLIC_SUPABASE_URL'] = proxy.url
  await stack.restartWeb()
  const confirmElsewhere = async () => {
    const email = newAddress()
    await stack.visitor().auth.signUp({ email, password })
    const answer = await confirmLink(openScriptlessBrowser(stack), await readMailedPath(stack, email))
    expect(answer.headers.location).toBe('/login?notice=email-confirmed')
  }
  await confirmElsewhere()
  expect(stack.web.output()).not.toContain('auth.session_not_ended')
  failing.add('/auth/v1/logout?scope=local')
  await confirmElsewhere()
  await expect.poll(() => stack.web.output()).toContain('auth.session_not_ended')
})
