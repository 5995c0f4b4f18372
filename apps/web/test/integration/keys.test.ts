import type { Keyring } from 'routekey'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { maximumKeys } from '#features/keys/rules/key-rules.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { openSignedInBrowser } from '#test/support/scriptless-browser.ts'
import { type RawResponse, send } from '#test/support/send.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

// The functions of the store that fail for the application.
const failing = new Set<string>()
let stack: Stack
let supabase: Awaited<ReturnType<typeof startFaultProxy>>
let keyring: Keyring
let ada: Awaited<ReturnType<typeof openSignedInBrowser>>
let eve: Awaited<ReturnType<typeof openSignedInBrowser>>
beforeAll(async () => {
  stack = await startStack()
  keyring = createTestKeyring(stack)
  ada = await openSignedInBrowser(stack)
  eve = await openSignedInBrowser(stack)
  supabase = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL']!, { failing })
  stack.env['NEXT_PUBLIC_SUPABASE_URL'] = supabase.url
  await stack.restartWeb()
})
afterEach(() => failing.clear())
afterAll(async () => {
  supabase?.stop()
  await stack?.stop()
})

const choices = { name: 'CI', scopes: 'account:read', expiry: '30', window: 'none' }
const keyShape = /rk_user_[A-Za-z0-9]{30,}/
const keyIn = ({ body }: RawResponse): string => keyShape.exec(body)?.[0] ?? ''
const textOf = ({ body }: RawResponse) => body.replaceAll(/<script\b.*?<\/script>/gs, '').replaceAll(/<[^>]*>/g, ' ')
const whoami = async (key: string) =>
  (await send(`${stack.webUrl}/api/v1/whoami`, { method: 'GET', headers: ['authorization', `Bearer ${key}`] })).status

/** The buttons of the forms that change a key, and their fields. */
const changes = [
  ['Rename key', { name: 'Stolen' }],
  ['Rotate key', { grace: '3600', endsNow: 'on' }],
  ['End old key', {}],
  ['Revoke key', {}],
  ['Disable key', {}],
  ['Enable key', {}],
  ['Change limit', { window: 'hour', quota: '1' }],
] as const

describe('creating a key', () => {
  it('works without scripts, and shows the key in one response only', async () => {
    const startedAt = Date.now()
    const answer = await ada.submit(await ada.get('/keys'), 'Create key', { ...choices, window: 'hour', quota: '7' })
    const key = keyIn(answer)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(textOf(answer)).toContain('You won’t see it again')
    expect(await whoami(key)).toBe(200)

    const [record] = await keyring.list({ owner: ada.id })
    expect(record).toMatchObject({ name: 'CI', scopes: ['account:read'], owner: ada.id })
    expect(record!.limits).toEqual([{ name: 'hour', quota: 7, windowSeconds: 3600 }])
    const daysMs = 30 * 86_400_000
    expect(record!.expiresAt!.getTime()).toBeGreaterThanOrEqual(startedAt + daysMs)
    expect(record!.expiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + daysMs)
    const audit = await keyring.audit(record!.id)
    expect(audit?.[0]).toMatchObject({ action: 'created', actor: ada.id })

    const list = await ada.get('/keys')
    expect(list.body).toContain(record!.start)
    expect(list.body).not.toMatch(keyShape)
    expect(stack.web.output()).not.toMatch(keyShape)
  })

  it('shows the error, keeps the fields, and creates nothing', async () => {
    const before = await keyring.list({ owner: ada.id })
    const page = await ada.get('/keys')
    const answer = await ada.submit(page, 'Create key', {
      ...choices,
      name: '<b>',
      window: 'day',
      quota: '0',
      scopes: 'admin',
    })
    expect(textOf(answer)).toContain('Unknown scope.')
    expect(textOf(answer)).toContain('Enter a whole number from 1 to 1,000,000.')
    expect(answer.body).toContain('value="&lt;b&gt;"')
    expect(await keyring.list({ owner: ada.id })).toEqual(before)
  })

  it('does nothing without a session', async () => {
    const session = await openSignedInBrowser(stack)
    const page = await session.get('/keys')
    session.cookies.clear()
    const answer = await session.submit(page, 'Create key', choices)
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Fkeys'])
    expect(await keyring.list({ owner: session.id })).toEqual([])
  })

  it('stops at the limit of keys, even for concurrent requests', async () => {
    const session = await openSignedInBrowser(stack)
    for (let made = 0; made < maximumKeys - 3; made++) await keyring.create({ owner: session.id, name: 'CI' })
    const page = await session.get('/keys')
    const answers = await Promise.all(Array.from({ length: 6 }, () => session.submit(page, 'Create key', choices)))
    expect(answers.filter((answer) => keyIn(answer) !== '')).toHaveLength(3)
    for (const answer of answers.filter((one) => keyIn(one) === ''))
      expect(textOf(answer)).toContain(`You have reached the limit of ${maximumKeys} keys.`)
    const records = await keyring.list({ owner: session.id })
    expect(records).toHaveLength(maximumKeys)

    await keyring.revoke(records[0]!.id)
    expect(await whoami(keyIn(await session.submit(page, 'Create key', choices)))).toBe(200)
  })
})

describe('changing a key', () => {
  it('renames, rotates and revokes it', async () => {
    const { key, record } = await keyring.create({ owner: ada.id, name: 'CI' })
    const path = `/keys/${record.id}`
    await ada.submit(await ada.get(path), 'Rename key', { name: ' Staging ' })
    expect(textOf(await ada.get(path))).toContain('Staging')

    const next = keyIn(await ada.submit(await ada.get(path), 'Rotate key', { grace: '3600' }))
    expect([await whoami(key), await whoami(next)]).toEqual([200, 200])
    const last = keyIn(await ada.submit(await ada.get(path), 'Rotate key', { grace: '3600', endsNow: 'on' }))
    expect([await whoami(key), await whoami(next), await whoami(last)]).toEqual([401, 401, 200])

    const page = await ada.get(path)
    await ada.submit(page, 'Revoke key')
    expect(await whoami(last)).toBe(401)
    for (const [button, fields] of changes.filter(([name]) => name !== 'Revoke key'))
      expect(textOf(await ada.submit(page, button, fields))).toContain('This key was revoked')
    const actors = (await keyring.audit(record.id))!.map(({ action, actor }) => `${action} by ${actor}`)
    expect(actors).toEqual(
      ['revoked', 'rotated', 'rotated', 'updated', 'created'].map((action) => `${action} by ${ada.id}`),
    )
  })

  it('shows until when the old key works, and ends it now', async () => {
    const { key, record } = await keyring.create({ owner: ada.id, name: 'CI' })
    const path = `/keys/${record.id}`
    expect(textOf(await ada.get(path))).not.toContain('Works until')
    const next = keyIn(await ada.submit(await ada.get(path), 'Rotate key', { grace: '604800' }))
    const third = keyIn(await ada.submit(await ada.get(path), 'Rotate key', { grace: '3600' }))
    expect([await whoami(key), await whoami(next), await whoami(third)]).toEqual([401, 200, 200])
    const page = await ada.get(path)
    expect(textOf(page)).toContain('Works until')
    await ada.submit(page, 'End old key')
    expect([await whoami(next), await whoami(third)]).toEqual([401, 200])
    const ended = textOf(await ada.get(path))
    expect(ended).not.toContain('Works until')
    expect(ended).toMatch(/You\s+ended the old key/)
  })

  it('disables and enables it, and changes its limit', async () => {
    const { key, record } = await keyring.create({ owner: ada.id, name: 'CI' })
    const page = await ada.get(`/keys/${record.id}`)
    await ada.submit(page, 'Disable key')
    expect(await whoami(key)).toBe(401)
    await ada.submit(page, 'Enable key')
    expect(await whoami(key)).toBe(200)

    const refused = await ada.submit(page, 'Change limit', { window: 'hour', quota: '0' })
    expect(textOf(refused)).toContain('Enter a whole number from 1 to 1,000,000.')
    await ada.submit(page, 'Change limit', { window: 'hour', quota: '1' })
    expect([await whoami(key), await whoami(key)]).toEqual([200, 429])
    await ada.submit(page, 'Change limit', { window: 'none' })
    expect(await whoami(key)).toBe(200)
    const actions = (await keyring.audit(record.id))!.map(({ action, actor }) => `${action} by ${actor}`)
    expect(actions).toEqual(
      ['updated', 'updated', 'enabled', 'disabled', 'created'].map((action) => `${action} by ${ada.id}`),
    )
  })

  describe.each(changes)('%s', (button, fields) => {
    it.each([
      ['the key of another user', async () => (await keyring.create({ owner: ada.id, name: 'Hers' })).record.id],
      ['an unknown key', async () => crypto.randomUUID()],
      ['an invalid id', async () => "x' or true --"],
    ])('answers 404 for %s, and changes nothing', async (_, makeId) => {
      const id = await makeId()
      const before = [await keyring.get(id), await keyring.audit(id)]
      const own = await keyring.create({ owner: eve.id, name: 'Own' })
      const answer = await eve.submit(await eve.get(`/keys/${own.record.id}`), button, { ...fields, id })
      expect(answer.status).toBe(404)
      expect(answer.body).not.toMatch(keyShape)
      expect([await keyring.get(id), await keyring.audit(id)]).toEqual(before)
      expect(await keyring.get(own.record.id)).toEqual(own.record)
      await keyring.revoke(own.record.id)
    })

    it('does nothing without a session', async () => {
      const session = await openSignedInBrowser(stack)
      const { record } = await keyring.create({ owner: session.id, name: 'CI' })
      const page = await session.get(`/keys/${record.id}`)
      session.cookies.clear()
      const answer = await session.submit(page, button, fields)
      expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Fkeys'])
      expect(await keyring.get(record.id)).toEqual(record)
    })
  })
})

describe('while the store fails', () => {
  it.each([
    ['Create key', choices, 'create_api_key', 'key.create_failed'],
    ['Rename key', { name: 'New' }, 'change_api_key', 'key.rename_failed'],
    ['Rotate key', { grace: '3600', endsNow: 'on' }, 'rotate_api_key', 'key.rotate_failed'],
    ['End old key', {}, 'change_api_key', 'key.end_old_key_failed'],
    ['Revoke key', {}, 'change_api_key', 'key.revoke_failed'],
    ['Disable key', {}, 'change_api_key', 'key.disable_failed'],
    ['Enable key', {}, 'change_api_key', 'key.enable_failed'],
    ['Change limit', { window: 'none' }, 'change_api_key', 'key.change_limit_failed'],
  ] as const)('%s says so in its form, and the log without any secret', async (button, fields, procedure, event) => {
    const { record } = await keyring.create({ owner: ada.id, name: 'CI' })
    const page = await ada.get(button === 'Create key' ? '/keys' : `/keys/${record.id}`)
    failing.add(`/rest/v1/rpc/${procedure}`)
    const answer = await ada.submit(page, button, fields)
    expect(answer.status).toBe(200)
    expect(textOf(answer)).toContain('we don’t know whether your change was saved')
    expect(answer.body).not.toContain('out of order')
    await expect.poll(() => stack.web.output()).toContain(`"event":"${event}"`)
    expect(stack.web.output()).not.toMatch(/rk_user_\w{10}|[0-9a-f]{64}|sb_secret_/)
    expect(await keyring.get(record.id)).toEqual(record)
  })
})

describe('the list', () => {
  it('redirects to the sign-in page without a session', async () => {
    const { status, headers } = await send(`${stack.webUrl}/keys`, { method: 'GET' })
    expect([status, headers.location]).toEqual([307, '/login?next=%2Fkeys'])
  })

  it('shows ended keys page by page, and none of another user', async () => {
    const session = await openSignedInBrowser(stack)
    const create = async (name: string) => (await keyring.create({ owner: session.id, name })).record
    for (let made = 0; made < 51; made++) await keyring.revoke((await create(`Old ${made}.`)).id)
    await create('Living.')
    const { record: foreign } = await keyring.create({ owner: eve.id, name: 'Foreign.' })
    await keyring.revoke(foreign.id)

    const living = await session.get('/keys')
    expect(textOf(living)).toContain(`1 of ${maximumKeys}`)
    expect(living.body).not.toContain('Old 50.')
    const first = await session.get('/keys?show=ended')
    expect([first.body.includes('Old 50.'), first.body.includes('Old 0.')]).toEqual([true, false])
    for (const text of ['Living.', 'Foreign.']) expect(first.body).not.toContain(text)

    const after = /after=([0-9a-f-]{36})/.exec(first.body)?.[1]
    const second = await session.get(`/keys?show=ended&after=${after}`)
    expect([second.body.includes('Old 50.'), second.body.includes('Old 0.')]).toEqual([false, true])
    expect(second.body).not.toContain('Older keys')
    for (const id of [foreign.id, crypto.randomUUID(), 'x)', '']) {
      const answer = await session.get(`/keys?show=ended&after=${encodeURIComponent(id)}`)
      expect([answer.status, textOf(answer).includes('Nothing here')]).toEqual([200, true])
    }
  })

  it('is streamed before the usage', async () => {
    await keyring.create({ owner: eve.id, name: 'Before the chart.' })
    const { body } = await eve.get('/keys')
    const [list, usage] = [body.indexOf('Before the chart.'), body.indexOf('Hourly counts')]
    expect([list > 0, usage > list], `the list at ${list}, the usage at ${usage}`).toEqual([true, true])
  })
})
