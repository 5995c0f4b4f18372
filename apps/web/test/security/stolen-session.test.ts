import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { readMailedLinks } from '#test/support/read-mailed-links.ts'
import { type LoadedPage, openScriptlessBrowser, type ScriptlessBrowser } from '#test/support/scriptless-browser.ts'
import { password, type Stack, startStack } from '#test/support/stack.ts'

let postgres: TestPostgres
let database: Client
let stack: Stack
beforeAll(async () => {
  postgres = await startTestPostgres({ migrationsDirectory: null })
  stack = await startStack({ databaseUrl: postgres.url, sweepIntervalMs: 3_600_000 })
  database = new Client({ connectionString: postgres.url })
  await database.connect()
})
afterAll(async () => {
  await database?.end()
  await stack?.stop()
  await postgres?.stop()
})

interface Visit {
  readonly user: Session
  readonly browser: ScriptlessBrowser
  /** The account page from just after the sign-in, whose forms a thief can send at any time. */
  readonly page: LoadedPage
}

async function open(methods: string[] = ['email']): Promise<Visit> {
  const user = await createSession(stack)
  await database.query('update auth.users set raw_app_meta_data = $2 where id = $1', [
    user.id,
    { provider: methods[0], providers: methods },
  ])
  await database.query('update auth.identities set provider = $2 where user_id = $1', [user.id, methods[0]])
  const browser = openScriptlessBrowser(stack, user)
  return { user, browser, page: await browser.get('/account') }
}

/** Makes all sessions of a user as old as if the sign-in was some minutes ago. They were refreshed since. */
async function age({ id }: Session, minutes: number): Promise<void> {
  const { rowCount } = await database.query(
    'update auth.sessions set created_at = now() - make_interval(mins => $2), refreshed_at = now() where user_id = $1',
    [id, minutes],
  )
  expect(rowCount).toBeGreaterThan(0)
}

const exists = async ({ id }: Session) => {
  const { rowCount } = await database.query('select from auth.users where id = $1', [id])
  return rowCount === 1
}
const newAddress = () => `${crypto.randomUUID()}@example.com`
const remove = ({ browser, page, user }: Visit, fields: Record<string, string> = {}) =>
  browser.submit(page, 'Delete permanently', { confirmation: user.email, ...fields })

/** Asks for another address, and returns the answer and how many emails went there. */
async function change({ browser, page }: Visit, fields: Record<string, string> = {}) {
  const email = newAddress()
  const answer = await browser.submit(page, 'Change email', { email, ...fields })
  return { body: answer.body, mails: (await readMailedLinks(stack, email)).length }
}

describe('a session whose sign-in was more than 10 minutes ago', () => {
  it.each([
    ['no password', undefined],
    ['an empty password', ''],
    ['a wrong password', 'wrong'],
  ])('neither deletes the account nor changes the address with %s', async (_name, secret) => {
    const visit = await open()
    await age(visit.user, 11)
    const fields: Record<string, string> = secret === undefined ? {} : { password: secret }
    const text = secret === 'wrong' ? 'Wrong password.' : 'Enter your password to confirm it’s you.'
    expect((await remove(visit, fields)).body).toContain(text)
    const { body, mails } = await change(visit, fields)
    expect([body.includes(text), mails, await exists(visit.user)]).toEqual([true, 0, true])
  })

  it('changes the address and deletes the account with the password, and then ends where it was stolen from', async () => {
    const visit = await open()
    const thief = openScriptlessBrowser(stack, visit.user)
    await age(visit.user, 60)
    expect((await visit.browser.get('/account')).body).toContain('Current password')
    expect((await change(visit, { password })).mails).toBe(1)
    expect((await thief.get('/account')).headers.location).toBe('/login?next=%2Faccount&error=session')
    // The password was a sign-in, so it is not asked for again.
    expect((await visit.browser.get('/account')).body).not.toContain('Current password')
    expect((await remove(visit)).headers.location).toBe('/login?notice=account-deleted')
    expect(await exists(visit.user)).toBe(false)
  })

  it('is sent through GitHub again if that is the only way to sign in', async () => {
    const visit = await open(['github'])
    await age(visit.user, 11)
    const { body } = await visit.browser.get('/account')
    expect(body).toContain('/auth/github?next=%2Faccount%3Fnotice%3Dsigned-in-again')
    expect(body).not.toContain('Current password')
    expect(body).not.toContain('Delete permanently')
    // A password would not help either, also the right one.
    const text = 'You signed in over 10 minutes ago. Confirm it’s you.'
    expect((await remove(visit, { password })).body).toContain(text)
    const answer = await change(visit, { password })
    expect([answer.body.includes(text), answer.mails, await exists(visit.user)]).toEqual([true, 0, true])
    await age(visit.user, 9)
    expect((await visit.browser.get('/account?notice=signed-in-again')).body).toContain('You signed in again.')
    expect((await change(visit)).mails).toBe(1)
  })

  it('offers both ways to an account that has both', async () => {
    const visit = await open(['email', 'github'])
    await age(visit.user, 11)
    const { body } = await visit.browser.get('/account')
    expect([body.includes('Current password'), body.includes('sign in with GitHub again')]).toEqual([true, true])
    expect((await remove(visit, { password })).headers.location).toBe('/login?notice=account-deleted')
  })

  it('cannot try passwords without end', async () => {
    const visit = await open()
    await age(visit.user, 11)
    for (let index = 0; index < 10; index += 1) {
      expect((await remove(visit, { password: `wrong ${index}` })).body).toContain('Wrong password.')
    }
    expect((await remove(visit, { password })).body).toMatch(/Too many attempts\. Try again in \d+ minutes\./)
    expect((await change(visit, { password })).mails).toBe(0)
  })

  it('is not enough with its access token at the Data API either', async () => {
    const { user } = await open()
    const cookie = [...user.cookies.values()].join('')
    const { access_token: token } = JSON.parse(
      Buffer.from(cookie.replace(/^base64-/, ''), 'base64url').toString('utf8'),
    )
    const session = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8')).session_id
    for (const [name, input] of [
      ['delete_own_account', { user_id: user.id, session_id: session }],
      ['delete_account', { user_id: user.id }],
      ['is_recent_sign_in', { user_id: user.id, session_id: session }],
    ] as const) {
      const answer = await fetch(`${stack.env['NEXT_PUBLIC_SUPABASE_URL']}/rest/v1/rpc/${name}`, {
        method: 'POST',
        headers: {
          apikey: stack.env['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY'] ?? '',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(input),
      })
      expect([name, answer.status]).toEqual([name, 403])
    }
    expect(await exists(user)).toBe(true)
  })
})

it('lets a session of the last 10 minutes change the address', async () => {
  const visit = await open()
  expect(visit.page.body).not.toContain('Current password')
  expect((await change(visit)).mails).toBe(1)
})
