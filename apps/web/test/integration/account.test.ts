import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSessionCookie } from '#server/session-cookie.ts'
import { createSession, type Session } from '#test/support/create-session.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { confirmLink, readMailedLinks, readMailedPath } from '#test/support/read-mailed-links.ts'
import { openScriptlessBrowser, type ScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { send } from '#test/support/send.ts'
import { password, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  // No sweep runs during the tests, so everything comes from the application itself.
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack?.stop()
})

async function openAs(email?: string): Promise<{ user: Session; browser: ScriptlessBrowser }> {
  const user = await createSession(stack, email === undefined ? {} : { email })
  return { user, browser: openScriptlessBrowser(stack, user) }
}

/** Signs the user in again, in another browser. */
async function openAgainAs(known: { email: string }): Promise<ScriptlessBrowser> {
  return openScriptlessBrowser(stack, await createSession(stack, { known }))
}

const sessionCookies = ({ cookies }: ScriptlessBrowser) => [...cookies.keys()].filter(isSessionCookie)
const newAddress = () => `${crypto.randomUUID()}@example.com`

async function customerOf(id: string): Promise<unknown> {
  const { data } = await stack.admin.from('profile').select('stripe_customer').eq('id', id).maybeSingle()
  return data?.stripe_customer ?? null
}

async function waitForCustomer(id: string): Promise<string> {
  await expect.poll(() => customerOf(id), { interval: 50 }).toMatch(/^cus_/)
  return String(await customerOf(id))
}

async function deleteElsewhere({ id }: Session): Promise<void> {
  const { data, error } = await stack.admin.rpc('delete_account', { user_id: id })
  expect([data, error]).toEqual([true, null])
}

describe('the session of an account that was deleted elsewhere', () => {
  it.each(['/account', '/keys', '/'])('is signed out by the next request, to %s', async (path) => {
    const { user, browser } = await openAs()
    expect((await browser.get('/')).body).toContain('Sign out')
    await deleteElsewhere(user)
    const answer = await browser.get(path)
    expect(sessionCookies(browser)).toEqual([])
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.body).not.toContain('Sign out')
  })

  it('is reported on the sign-in page', async () => {
    const { user, browser } = await openAs()
    await deleteElsewhere(user)
    const { status, headers } = await browser.get('/account')
    expect([status, headers.location]).toEqual([307, '/login?next=%2Faccount&error=session'])
    expect((await browser.get('/account')).headers.location).toBe('/login?next=%2Faccount')
  })

  it('is signed out by a server action, which does nothing', async () => {
    const { user, browser } = await openAs()
    const page = await browser.get('/account')
    await deleteElsewhere(user)
    const email = newAddress()
    const answer = await browser.submit(page, 'Change email', { email })
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount&error=session'])
    expect(sessionCookies(browser)).toEqual([])
  })

  it('responds 401 to a script, which then loads the whole page', async () => {
    const { user, browser } = await openAs()
    await deleteElsewhere(user)
    const answer = await browser.get('/account', { 'sec-fetch-dest': 'empty', rsc: '1' })
    expect([answer.status, answer.body]).toEqual([401, ''])
    expect((await browser.get('/account')).headers.location).toBe('/login?next=%2Faccount&error=session')
    expect(sessionCookies(browser)).toEqual([])
  })

  it('does not prevent signing in again', async () => {
    const { user: other } = await openAs()
    const { user, browser } = await openAs()
    const page = await openScriptlessBrowser(stack).get('/login')
    await deleteElsewhere(user)
    const answer = await browser.submit(page, 'Sign in', { email: other.email, password })
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await browser.get('/account')).body).toContain(other.email)
  })
})

describe('deleting an account', () => {
  let someone: Awaited<ReturnType<typeof openAs>>
  beforeAll(async () => {
    someone = await openAs()
  })

  it('deletes the sessions, the keys and the Stripe customer at once', async () => {
    const { user, browser } = await openAs()
    const other = await openAgainAs(user)
    const customer = await waitForCustomer(user.id)
    const keyring = createTestKeyring(stack)
    const { key } = await keyring.create({ owner: user.id, name: 'CI', scopes: ['account:read'] })
    const whoami = async () => {
      const headers = ['authorization', `Bearer ${key}`]
      return (await send(`${stack.webUrl}/api/v1/whoami`, { method: 'GET', headers })).status
    }
    expect(await whoami()).toBe(200)

    const page = await browser.get('/account')
    const answer = await browser.submit(page, 'Delete permanently', { confirmation: user.email.toUpperCase() })
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?notice=account-deleted'])
    expect([...browser.cookies.keys()]).toEqual([])
    expect((await browser.get('/login?notice=account-deleted')).body).toContain(
      'Your account and its data were deleted',
    )

    expect(await whoami()).toBe(401)
    expect((await other.get('/account')).status).toBe(307)
    expect(sessionCookies(other)).toEqual([])
    const { data } = await stack.admin.from('profile').select('id').eq('id', user.id)
    expect(data).toEqual([])
    await expect.poll(async () => (await stack.stripe.customers.retrieve(customer)).deleted).toBe(true)

    // Sent twice, as after the Back button: the second time, nobody is signed in.
    const again = await browser.submit(page, 'Delete permanently', { confirmation: user.email })
    expect([again.status, again.headers.location]).toEqual([303, '/login?next=%2Faccount'])
  })

  it.each([
    ['another text', { confirmation: 'delete' }],
    ['no text', {}],
    ['another address', { confirmation: 'ada@example.com' }],
  ])('is refused on %s, also without the checks of the browser', async (_name, fields) => {
    const { user, browser } = someone
    const answer = await browser.submit(await browser.get('/account'), 'Delete permanently', {
      confirmation: '',
      ...fields,
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(`Type ${user.email} to confirm.`)
    expect((await browser.get('/account')).status).toBe(200)
  })

  it('gives the next account with the same address its own customer', async () => {
    const { user, browser } = await openAs()
    const first = await waitForCustomer(user.id)
    await browser.submit(await browser.get('/account'), 'Delete permanently', { confirmation: user.email })
    const { user: next } = await openAs(user.email)
    expect(next.id).not.toBe(user.id)
    expect(await waitForCustomer(next.id)).not.toBe(first)
  })
})

describe('changing the email address', () => {
  let someone: Awaited<ReturnType<typeof openAs>>
  beforeAll(async () => {
    someone = await openAs()
  })

  it('changes the profile and the Stripe customer after the link was opened', async () => {
    const { user, browser } = await openAs()
    const customer = await waitForCustomer(user.id)
    const email = newAddress()
    const sent = await browser.submit(await browser.get('/account'), 'Change email', { email })
    expect(sent.body).toContain('Check your email')
    expect((await browser.get('/account')).body).not.toContain(email)

    const path = await readMailedPath(stack, email)
    expect(path).toMatch(/^\/auth\/confirm\?/)
    const opened = await confirmLink(browser, path)
    expect([opened.status, opened.headers.location]).toEqual([303, '/account?notice=email-changed'])
    const page = await browser.get('/account?notice=email-changed')
    expect(page.body).toContain('Your email address was changed.')
    expect(page.body).toContain(email)

    const { data } = await stack.admin.from('profile').select('email').eq('id', user.id).single()
    expect(data).toEqual({ email })
    const atStripe = async () => Object.assign({ email: null }, await stack.stripe.customers.retrieve(customer)).email
    await expect.poll(atStripe).toBe(email)

    const again = await confirmLink(browser, path)
    expect(again.headers.location).toBe('/account?notice=email-link-refused')
  })

  it('can be confirmed in another browser, without signing it in', async () => {
    const { browser } = await openAs()
    const email = newAddress()
    await browser.submit(await browser.get('/account'), 'Change email', { email })
    const other = openScriptlessBrowser(stack)
    const opened = await confirmLink(other, await readMailedPath(stack, email))
    expect([opened.headers.location, sessionCookies(other)]).toEqual(['/login?notice=email-changed', []])
    expect((await browser.get('/account')).body).toContain(email)
    await openAgainAs({ email })
  })

  it('does not reveal who has an account', async () => {
    const { user: other } = await openAs()
    const { browser } = someone
    const page = await browser.get('/account')
    const [taken, free] = [other.email, newAddress()]
    const [answer, comparison] = [
      await browser.submit(page, 'Change email', { email: taken }),
      await browser.submit(page, 'Change email', { email: free }),
    ]
    expect(answer.status).toBe(comparison.status)
    expect(visibleText(answer.body).replaceAll(taken, '…')).toBe(visibleText(comparison.body).replaceAll(free, '…'))
    const links = await readMailedLinks(stack, taken)
    expect(links.filter((link) => link.includes('email_change'))).toEqual([])
  })

  it.each([
    ['', 'Enter your email address.'],
    ['ada@example', 'Enter a valid email address'],
    [`${'a'.repeat(250)}@example.com`, 'Use at most 254 characters.'],
  ])('refuses "%s"', async (email, text) => {
    const { browser } = someone
    const answer = await browser.submit(await browser.get('/account'), 'Change email', { email })
    expect(visibleText(answer.body)).toContain(text)
  })

  it('refuses the current address', async () => {
    const { user, browser } = someone
    const email = user.email.toUpperCase()
    const answer = await browser.submit(await browser.get('/account'), 'Change email', { email })
    expect(visibleText(answer.body)).toContain('This is already your email address.')
  })

  it.each([
    ['error=access_denied&error_code=otp_expired&flow=email-change', '/account?notice=email-link-refused'],
    ['message=Confirmation+link+accepted.&flow=email-change', '/account?notice=email-half-confirmed'],
    ['code=made-up&flow=email-change', '/account?notice=email-link-refused'],
    ['token_hash=made-up&type=email_change', '/auth/confirm?token_hash=made-up&type=email_change'],
    ['token_hash=made-up&type=signup', '/auth/confirm?token_hash=made-up&type=signup'],
    ['token_hash=made-up&type=recovery', '/login?error=failed'],
    ['error=access_denied', '/login?error=denied'],
    ['error=access_denied&error_code=user_banned', '/login?error=user_banned'],
    ['code=made-up', '/login?error=flow_state_not_found'],
  ])('leads on from a link that came back with %s', async (query, location) => {
    const { browser } = someone
    expect((await browser.get(`/auth/callback?${query}`)).headers.location).toBe(location)
  })
})

describe('a session', () => {
  it('ends in this browser with signing out, and continues in others', async () => {
    const { user, browser } = await openAs()
    const other = await openAgainAs(user)
    await browser.submit(await browser.get('/'), 'Sign out')
    expect((await other.get('/account')).status).toBe(200)
    expect((await browser.get('/account')).status).toBe(307)
  })

  // The last test, because it stops the sandbox.
  it('is kept while Supabase is unreachable, and nothing is deleted or changed', async () => {
    const { user, browser } = await openAs()
    const page = await browser.get('/account')
    const before = new Map(browser.cookies)
    await stack.sandbox.stop()
    for (const path of ['/', '/account', '/login']) await browser.get(path)
    expect((await browser.get('/account')).status).toBe(500)
    for (const [button, fields] of [
      ['Change email', { email: newAddress() }],
      ['Delete permanently', { confirmation: user.email }],
    ] as const) {
      const answer = await browser.submit(page, button, fields)
      expect([button, answer.status]).toEqual([button, 500])
    }
    expect(browser.cookies).toEqual(before)
  })
})

function visibleText(html: string): string {
  return html
    .replaceAll(/<(script|style|head)\b.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}
