import { createKeyring, type Keyring } from 'routekey'
import { createSupabaseStore } from 'routekey/stores/supabase'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

describe('/api/v1', () => {
  let stack: Stack
  let keyring: Keyring
  let owner: { id: string; email: string }
  beforeAll(async () => {
    stack = await startStack()
    // Another process than the application's, on the same store: what it does must hold there.
    keyring = createKeyring({ prefix: 'rk_user', store: createSupabaseStore({ client: stack.admin }) })
    owner = await signUp(stack)
  })
  afterAll(async () => {
    await stack.stop()
  })

  const get = (path: string, key?: string) =>
    send(`${stack.webUrl}/api/v1/${path}`, {
      method: 'GET',
      headers: key === undefined ? [] : ['authorization', `Bearer ${key}`],
    })
  const create = (scopes: string[] = []) => keyring.create({ owner: owner.id, name: 'CI', scopes })

  it('tells the holder of a key whose it is', async () => {
    const { key, record } = await create(['account:read'])
    const answer = await get('whoami', key)
    expect(answer.status, answer.body).toBe(200)
    const { id } = record
    expect(answer.json()).toEqual({
      owner: owner.id,
      key: { id, name: 'CI', scopes: ['account:read'], generation: 'current' },
    })
    expect(answer.body).not.toContain(key)
  })

  it('gives the Stripe customer of the owner to a key with the scope, and to no other', async () => {
    const { key } = await create(['customer:read'])
    await vi.waitUntil(async () => (await get('customer', key)).body.includes('cus_'), { timeout: 60_000 })
    const answer = await get('customer', key)
    expect(answer.json()).toEqual({ email: owner.email, stripe_customer: expect.stringMatching(/^cus_/) })

    const refused = await get('customer', (await create(['account:read'])).key)
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="customer:read"')
    expect(refused.body).not.toContain('cus_')
  })

  it('finds no customer for an owner that is not a user', async () => {
    const { key } = await keyring.create({ owner: 'acme corporation', name: 'CI', scopes: ['customer:read'] })
    const answer = await get('customer', key)
    expect(answer.status, answer.body).toBe(404)
    expect(answer.body).toContain('has no profile')
  })

  it('refuses no key, a key with a typing error, and the secrets of the application', async () => {
    const { key } = await create()
    const others = [
      undefined,
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      stack.apiRouteSecret,
      stack.env.CRON_SECRET,
    ]
    for (const other of others) expect((await get('whoami', other)).status).toBe(401)
  })

  it('refuses a key once it was revoked, or its grace after a rotation is over', async () => {
    const { key, record } = await create()
    const rotated = await keyring.rotate(record.id, { graceSeconds: 0 })
    expect((await get('whoami', key)).status).toBe(401)
    expect((await get('whoami', rotated!.key)).status).toBe(200)
    await keyring.revoke(record.id)
    expect((await get('whoami', rotated!.key)).status).toBe(401)
  })

  it('counts down the limit of a key, and answers 429 beyond it', async () => {
    const limits = [{ name: 'minute', quota: 2, windowSeconds: 3600 }]
    const { key } = await createKeyring({
      prefix: 'rk_user',
      store: createSupabaseStore({ client: stack.admin }),
      limiter: { consume: unused, reward: unused },
    }).create({ owner: owner.id, name: 'limited', limits })
    const answers = [await get('whoami', key), await get('whoami', key), await get('whoami', key)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[0]!.headers.ratelimit).toMatch(/^"minute";r=1;t=\d+$/)
    expect(Number(answers[2]!.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('counts the usage of a key after the answer, allowed and refused', async () => {
    const { key, record } = await create()
    await get('whoami', key)
    await get('customer', key)
    const total = async () => {
      const hours = (await keyring.usage({ id: record.id }, { unit: 'hour', count: 2 })) ?? []
      return hours.reduce((sum, hour) => sum + hour.allowed * 10 + hour.refused, 0)
    }
    await expect.poll(total, { timeout: 60_000 }).toBe(11)
  })

  it('refuses the keys of a user who was deleted', async () => {
    const leaving = await signUp(stack)
    const { key } = await keyring.create({ owner: leaving.id, name: 'CI' })
    expect((await get('whoami', key)).status).toBe(200)
    const { error } = await stack.admin.from('profile').delete().eq('id', leaving.id)
    expect(error).toBeNull()
    expect((await get('whoami', key)).status).toBe(401)
  })

  it('answers other methods with 405', async () => {
    const answer = await send(`${stack.webUrl}/api/v1/whoami`, { method: 'POST' })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET')
  })
})

function unused(): never {
  throw new Error('This keyring creates keys and verifies none.')
}
