import type { Keyring } from 'routekey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let keyring: Keyring
let owner: Session
let stranger: Session
beforeAll(async () => {
  stack = await startStack()
  keyring = createTestKeyring(stack)
  owner = await createSession(stack)
  stranger = await createSession(stack)
})
afterAll(async () => {
  await stack?.stop()
})

async function get(path: string, session?: Session, headers: Record<string, string> = {}) {
  const cookie = [...(session?.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(stack.webUrl + path, {
    headers: { ...headers, cookie },
    redirect: 'rsc' in headers ? 'follow' : 'manual',
  })
  return { status: answer.status, location: answer.headers.get('location'), body: await answer.text() }
}

/** The text of a page, streamed parts included. */
const textOf = (html: string) => html.replaceAll(/<script\b.*?<\/script>/gs, '').replaceAll(/<[^>]*>/g, ' ')

describe('/keys/[id]', () => {
  it('shows the owner the properties of the key, and never the key itself', async () => {
    const { key, record } = await keyring.create({ owner: owner.id, name: 'Nightly report', scopes: ['account:read'] })
    const { status, body } = await get(`/keys/${record.id}`, owner)
    expect(status).toBe(200)
    expect(body).toContain('<title>Nightly report · Routekey</title>')
    expect(body).toContain(`${record.start}…`)
    expect(body).toContain('No requests yet')
    expect(body).not.toContain(key)
    expect(body).not.toContain(key.slice(record.start.length))
  })

  it.each([
    ['the key of another user', async () => (await keyring.create({ owner: owner.id, name: 'Not yours' })).record.id],
    ['an unknown key', async () => crypto.randomUUID()],
    ['an invalid id', async () => 'latest'],
    [
      'an id in capitals',
      async () => (await keyring.create({ owner: stranger.id, name: 'x' })).record.id.toUpperCase(),
    ],
    ['an id with a suffix', async () => `${crypto.randomUUID()}'--`],
  ])('answers 404 with the same not-found page for %s', async (_case, makeId) => {
    const { status, body } = await get(`/keys/${encodeURIComponent(await makeId())}`, stranger)
    expect(status).toBe(404)
    expect(body).toContain('<title>Not found · Routekey</title>')
    expect(body).toContain('Page not found')
    expect(body).not.toContain('Audit trail')
  })

  it('reveals nothing about the key of another user, on any route', async () => {
    const { record } = await keyring.create({ owner: owner.id, name: 'Not for strangers', scopes: ['account:read'] })
    const ways = [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]
    for (const headers of ways) {
      const { body } = await get(`/keys/${record.id}?after=1`, stranger, headers)
      expect(body).not.toContain(record.name)
      expect(body).not.toContain(record.start)
      expect(body).not.toContain('account:read')
      expect(body).not.toContain(owner.id)
    }
    expect((await get(`/keys/${record.id}`, owner, { rsc: '1' })).body).toContain(record.name)
  })

  it('redirects to the sign-in page without a session, and back', async () => {
    const id = crypto.randomUUID()
    expect(await get(`/keys/${id}`)).toMatchObject({ status: 307, location: `/login?next=%2Fkeys%2F${id}` })
  })

  it('signs out a user whose account was deleted', async () => {
    const leaving = await createSession(stack)
    const { record } = await keyring.create({ owner: leaving.id, name: 'CI' })
    expect((await stack.admin.rpc('delete_account', { user_id: leaving.id })).error).toBeNull()
    const { status, location } = await get(`/keys/${record.id}`, leaving)
    expect([status, location]).toEqual([307, `/login?next=%2Fkeys%2F${record.id}&error=session`])
  })

  it('shows a long audit trail page by page', async () => {
    const { record } = await keyring.create({ owner: owner.id, name: 'name 0' })
    for (let turn = 1; turn <= 20; turn++)
      await keyring.update(record.id, { name: `name ${turn}` }, { owner: owner.id })
    const first = await get(`/keys/${record.id}`, owner)
    expect([...first.body.matchAll(/renamed the key/g)].length).toBeGreaterThanOrEqual(20)
    expect(textOf(first.body)).not.toMatch(/created\s+the key/)
    expect(first.body).not.toContain('Show latest entries')
    const [, cursor] = /after=(\d+)"[^>]*>Show earlier entries/.exec(first.body) ?? []
    const second = await get(`/keys/${record.id}?after=${cursor}`, owner)
    expect(textOf(second.body)).toMatch(/created\s+the key/)
    expect(second.body).not.toContain('renamed the key')
    expect(second.body).not.toContain('Show earlier entries')
    expect(second.body).toContain('Show latest entries')
  })

  it('shows no entry after an id that is not an entry of this key', async () => {
    const { record } = await keyring.create({ owner: owner.id, name: 'CI' })
    const other = await keyring.create({ owner: stranger.id, name: 'Not yours' })
    const [foreign] = (await keyring.audit(other.record.id)) ?? []
    for (const after of [foreign!.id, '-1', '1e3', 'latest', '']) {
      const { status, body } = await get(`/keys/${record.id}?after=${after}`, owner)
      expect(status).toBe(200)
      expect(textOf(body)).not.toMatch(/created\s+the key/)
    }
  })
})

describe('while the usage and the audit trail are unavailable', () => {
  let supabase: Awaited<ReturnType<typeof startFaultProxy>>
  beforeAll(async () => {
    const failing = new Set(['/rest/v1/rpc/read_api_key_usage', '/rest/v1/rpc/read_api_key_audit'])
    supabase = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL']!, { failing })
    stack.env['NEXT_PUBLIC_SUPABASE_URL'] = supabase.url
    await stack.restartWeb()
  })
  afterAll(() => supabase?.stop())

  it('shows the rest of the page, with messages in their places', async () => {
    const { record } = await keyring.create({ owner: owner.id, name: 'Still there' })
    const { status, body } = await get(`/keys/${record.id}`, owner)
    expect(status).toBe(200)
    expect(textOf(body)).toContain('Still there')
    expect(body).toContain('We couldn’t load the usage')
    expect(body).toContain('We couldn’t load the audit trail')
    expect(body).not.toContain('out of order')
    await expect.poll(() => stack.web.output()).toContain('usage.unreadable')
    expect(stack.web.output()).toContain('audit.unreadable')
  })
})
