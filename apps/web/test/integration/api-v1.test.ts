import type { Keyring } from 'routekey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { send } from '#test/support/send.ts'
import { signUp, type Stack, startStack } from '#test/support/stack.ts'

describe('/api/v1', () => {
  let stack: Stack
  let keyring: Keyring
  let owner: { id: string; email: string }
  beforeAll(async () => {
    // A sweep would write a missing profile.
    stack = await startStack({ sweepIntervalMs: 3_600_000 })
    keyring = createTestKeyring(stack)
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

  it('returns the owner of a key', async () => {
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

  it('returns the Stripe customer of the owner only to a key with the scope', async () => {
    const { key } = await create(['customer:read'])
    await expect.poll(async () => (await get('customer', key)).body).toContain('cus_')
    const answer = await get('customer', key)
    expect(answer.json()).toEqual({ email: owner.email, stripe_customer: expect.stringMatching(/^cus_/) })

    const refused = await get('customer', (await create(['account:read'])).key)
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="customer:read"')
    expect(refused.body).not.toContain('cus_')
  })

  it('has no keys of an owner that is not a user', async () => {
    await expect(keyring.create({ owner: 'acme corporation', name: 'CI' })).rejects.toMatchObject({
      code: 'ERR_KEY_OWNER',
    })
  })

  it('finds no customer for a user without a profile', async () => {
    const user = await signUp(stack)
    expect(await stack.admin.from('profile').delete().eq('id', user.id)).toMatchObject({ error: null })
    const { key } = await keyring.create({ owner: user.id, name: 'CI', scopes: ['customer:read'] })
    const answer = await get('customer', key)
    expect(answer.status, answer.body).toBe(404)
    expect(answer.body).toContain('has no profile')
  })

  it('refuses a missing key, a mistyped key, and the secrets of the application', async () => {
    const { key } = await create()
    const others = [
      undefined,
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      stack.apiRouteSecret,
      stack.env.CRON_SECRET,
    ]
    for (const other of others) expect((await get('whoami', other)).status).toBe(401)
  })

  it('refuses a key after it was revoked, or after the grace period of its rotation', async () => {
    const { key, record } = await create()
    const rotated = await keyring.rotate(record.id, { graceSeconds: 0 })
    expect((await get('whoami', key)).status).toBe(401)
    expect((await get('whoami', rotated!.key)).status).toBe(200)
    await keyring.revoke(record.id)
    expect((await get('whoami', rotated!.key)).status).toBe(401)
  })

  it('counts down the limit of a key, and responds 429 beyond it', async () => {
    const limits = [{ name: 'minute', quota: 2, windowSeconds: 3600 }]
    const { key } = await keyring.create({ owner: owner.id, name: 'limited', limits })
    const answers = [await get('whoami', key), await get('whoami', key), await get('whoami', key)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[0]!.headers.ratelimit).toMatch(/^"minute";r=1;t=\d+$/)
    expect(Number(answers[2]!.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('counts the usage of a key after the response, allowed and refused', async () => {
    const { key, record } = await create()
    await get('whoami', key)
    await get('customer', key)
    const total = async () => {
      const hours = (await keyring.usage({ id: record.id }, { unit: 'hour', count: 2 })) ?? []
      return hours.reduce((sum, hour) => sum + hour.allowed * 10 + hour.refused, 0)
    }
    await expect.poll(total).toBe(11)
  })

  it('refuses the keys of a user who was deleted', async () => {
    const leaving = await signUp(stack)
    const { key } = await keyring.create({ owner: leaving.id, name: 'CI' })
    expect((await get('whoami', key)).status).toBe(200)
    const { error } = await stack.admin.from('profile').delete().eq('id', leaving.id)
    expect(error).toBeNull()
    expect((await get('whoami', key)).status).toBe(401)
  })
  it('responds 405 to other methods', async () => {
    for (const path of ['whoami', 'customer']) {
      for (const method of ['POST', 'HEAD', 'OPTIONS']) {
        const response = await send(`${stack.webUrl}/api/v1/${path}`, { method })
        expect([method, response.status, response.headers.allow]).toEqual([method, 405, 'GET'])
      }
    }
  })
})
