import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSessionCookie } from '../../lib/session-state.ts'
import { password, type Stack, startStack } from '../stack.ts'
import { openSession, type WebSession } from '../web-session.ts'

let stack: Stack
beforeAll(async () => {
  // No sweep within the test: what happens here, the application has done by itself.
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack?.stop()
})

const sessionCookies = ({ cookies }: WebSession) => [...cookies.keys()].filter(isSessionCookie)

async function deleteElsewhere(id: string): Promise<void> {
  const { data, error } = await stack.admin.rpc('delete_account', { user_id: id })
  expect([data, error]).toEqual([true, null])
}

describe('the session of an account that was deleted elsewhere', () => {
  it.each(['/account', '/'])('is signed out by the next request, to %s', async (path) => {
    const session = await openSession(stack)
    expect((await session.get('/')).body).toContain('Sign out')
    await deleteElsewhere(session.id)
    const answer = await session.get(path)
    expect(sessionCookies(session)).toEqual([])
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.body).not.toContain('Sign out')
  })

  it('is told so where a page asks to sign in', async () => {
    const session = await openSession(stack)
    await deleteElsewhere(session.id)
    const { status, headers } = await session.get('/account')
    expect([status, headers.location]).toEqual([307, '/login?next=%2Faccount&error=session'])
    expect((await session.get('/account')).headers.location).toBe('/login?next=%2Faccount')
  })

  it('is signed out by a server action', async () => {
    const session = await openSession(stack)
    const page = await session.get('/')
    await deleteElsewhere(session.id)
    const answer = await session.submit(page, 'Sign out')
    expect([answer.status, sessionCookies(session)]).toEqual([303, []])
  })

  it('is signed out by a request of the page’s script, which is told to load the page as a whole', async () => {
    const session = await openSession(stack)
    await deleteElsewhere(session.id)
    const answer = await session.get('/account', { 'sec-fetch-dest': 'empty', rsc: '1' })
    expect([answer.status, sessionCookies(session)]).toEqual([401, []])
  })

  it('is no obstacle to signing in anew', async () => {
    const other = await openSession(stack)
    const session = await openSession(stack)
    const stale = new Map(session.cookies)
    const { cookies } = session
    cookies.clear()
    const page = await session.get('/login')
    for (const [name, value] of stale) cookies.set(name, value)
    await deleteElsewhere(session.id)
    const answer = await session.submit(page, 'Sign in', { email: other.email, password })
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await session.get('/account')).body).toContain(other.email)
  })
})

describe('a session', () => {
  it('ends everywhere with its end at Supabase', async () => {
    const session = await openSession(stack)
    const other = await openSession(stack, session)
    await session.submit(await session.get('/'), 'Sign out')
    expect((await other.get('/account')).status).toBe(200)
    expect((await session.get('/account')).status).toBe(307)
  })

  // The last, because nothing comes back after it.
  it('is left alone while Supabase cannot be reached', async () => {
    const session = await openSession(stack)
    const before = new Map(session.cookies)
    await stack.sandbox.stop()
    for (const path of ['/', '/account', '/login']) await session.get(path)
    expect((await session.get('/account')).status).toBe(500)
    expect(session.cookies).toEqual(before)
  })
})
