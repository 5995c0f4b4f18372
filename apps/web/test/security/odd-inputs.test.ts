import { Stripe } from 'stripe'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { countAttacks } from '@routekey/tools/count-attacks'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { oddFields, oddTexts, varyJson } from '#test/support/odd-inputs.ts'
import { formType } from '#test/support/raw-form.ts'
import { openSignedInBrowser } from '#test/support/scriptless-browser.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack, webhookBody } from '#test/support/stack.ts'

let stack: Stack
let user: Awaited<ReturnType<typeof openSignedInBrowser>>
let keyId: string
let key: string
let logStart: number
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
  user = await openSignedInBrowser(stack)
  const created = await createTestKeyring(stack).create({ owner: user.id, name: 'CI', scopes: ['customer:read'] })
  if (!created.ok) throw new Error('The key was not created.')
  key = created.key
  keyId = created.record.id
  logStart = stack.web.output().length
})
afterAll(async () => {
  await stack?.stop()
})

/** Tries all attacks, several at once. Returns those that the server answered with an error of its own, or not at all. */
async function tryAll<Attack>(attacks: readonly Attack[], send: (attack: Attack) => Promise<{ status: number }>) {
  const wrong: string[] = []
  const queue = attacks.values()
  const work = async () => {
    for (const attack of queue) {
      const { status } = await send(attack)
      if (status < 200 || status >= 500) wrong.push(`${status} for ${JSON.stringify(attack).slice(0, 200)}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return wrong
}

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
const keyPath = () => `/keys/${keyId}`
const forms: readonly [string, () => string, Record<string, string>][] = [
  [
    'Create key',
    () => '/keys',
    // The name is last, because the names that are accepted make the page long.
    { scopes: 'account:read', expiresOn: tomorrow, quota: '5', name: 'CI' },
  ],
  ['Rename key', keyPath, { name: 'CI', id: '' }],
  ['Rotate key', keyPath, { grace: '3600', id: '' }],
  ['Change limit', keyPath, { window: 'hour', quota: '5', id: '' }],
  ['End old key', keyPath, { id: '' }],
  ['Disable key', keyPath, { id: '' }],
  ['Enable key', keyPath, { id: '' }],
  ['Revoke key', keyPath, { id: '' }],
  ['Change email', () => '/account', { email: '' }],
  ['Delete permanently', () => '/account', { confirmation: 'no' }],
  ['Sign in', () => '/login?error=session', { email: '', password: 'a', next: '/' }],
  ['Create account', () => '/login?error=session&mode=sign-up', { email: '', password: 'a', next: '/' }],
]

/** Choices that make other fields matter. Forms without them ignore them. */
const choices = { expiry: 'date', window: 'hour', endsNow: 'on' }
const newAddress = () => `${crypto.randomUUID()}@example.com`

it.for(forms)('answers odd fields of the form "%s"', async ([button, path, fields], context) => {
  const page = await user.get(path())
  const { id: _, ...valid } = fields
  const attacks = Object.keys(fields).flatMap((name) =>
    oddFields.map((value) => ({ ...choices, ...valid, email: newAddress(), [name]: value })),
  )
  countAttacks(context, attacks.length)
  expect(await tryAll(attacks, (attack) => user.submit(page, button, attack))).toEqual([])
})

/** Percent-encoded as UTF-8, and once as a lone surrogate, which is not UTF-8. */
const encoded = () => ['%ed%a0%80', '%ff', ...oddTexts.map((text) => encodeURIComponent(text))]
const cookie = () => `Cookie: ${[...user.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

it('answers odd addresses of a user', async (context) => {
  const targets = encoded().flatMap((odd) => [
    `/keys/${odd}`,
    `/keys/${keyId}?after=${odd}`,
    `/account?notice=${odd}`,
    `/account/stripe-customer?${odd}`,
    `/login?error=${odd}&mode=${odd}&notice=${odd}&next=${odd}`,
    `/auth/github?next=${odd}`,
    `/auth/callback?error=${odd}&error_code=${odd}&next=${odd}`,
    `/auth/callback?token_hash=${odd}&type=${odd}`,
    `/auth/confirm?token_hash=${odd}&type=email`,
  ])
  countAttacks(context, targets.length)
  expect(await tryAll(targets, (target) => sendRaw(stack.webUrl, rawRequest(target, { headers: [cookie()] })))).toEqual(
    [],
  )
})

it('answers odd headers of a user and of a key', async (context) => {
  const names = ['X-Forwarded-Host', 'X-Forwarded-Proto', 'Host', 'Origin']
  const short = oddTexts.filter((text) => text.length < 1000 && !/[\0]/.test(text))
  const attacks = short.flatMap((odd) => [
    ...names.flatMap((name) => [
      rawRequest('/account/stripe-customer', { headers: [cookie(), `${name}: ${bytes(odd)}`] }),
      rawRequest('/api/v1/customer', { headers: [`Authorization: Bearer ${key}`, `${name}: ${bytes(odd)}`] }),
    ]),
    rawRequest('/account/stripe-customer', {
      headers: [`${cookie()}; routekey-session.7=${bytes(odd)}; ${bytes(odd)}=a`],
    }),
    rawRequest('/api/v1/whoami', { headers: [`X-Api-Key: ${key}${bytes(odd)}`] }),
    rawRequest(`/api/v1/whoami?${encodeURIComponent(odd)}`, { headers: [`X-Api-Key: ${key}`], body: bytes(odd) }),
  ])
  countAttacks(context, attacks.length)
  expect(await tryAll(attacks, (attack) => sendRaw(stack.webUrl, attack))).toEqual([])
})

it('answers odd bodies of the database webhook', async (context) => {
  const target = `/api/create-stripe-customer?API_ROUTE_SECRET=${stack.apiRouteSecret}`
  const bodies = varyJson(webhookBody({ id: crypto.randomUUID(), email: 'a@example.com' })).map(bytes)
  const attacks = [
    ...bodies.map((body) => rawRequest(target, { method: 'POST', body })),
    ...encoded().map((odd) => rawRequest(`${target}&id=${odd}&${odd}`, { method: 'POST', body: '{}' })),
  ]
  countAttacks(context, attacks.length)
  expect(await tryAll(attacks, (attack) => sendRaw(stack.webUrl, attack))).toEqual([])
})

it('answers odd events that are signed', async (context) => {
  const [object, data] = ['{"id":"cus_1","email":null,"metadata":{"profile_id":"a"}}', '"data":{"object":']
  const event = `{"id":"evt_1","object":"event","type":"customer.updated",${data}${object}}}`
  const payloads = [...varyJson(event), event.replace('cus_1', 'cus_\\u0000'), event.replace(object, 'null')]
  countAttacks(context, payloads.length)
  const secret = stack.env['STRIPE_WEBHOOK_SECRET'] ?? ''
  expect(
    await tryAll(payloads, (payload) => {
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret })
      const headers = [`Stripe-Signature: ${signature}`]
      return sendRaw(stack.webUrl, rawRequest('/api/stripe/webhook', { method: 'POST', headers, body: bytes(payload) }))
    }),
  ).toEqual([])
})

it('refuses bodies that are too large', async (context) => {
  const body = 'a'.repeat(70_000)
  const headers = [formType]
  const chunked = `11170\r\n${body}\r\n0\r\n\r\n`
  const attacks = ['/keys', '/account', '/login', '/auth/verify', '/api/create-stripe-customer'].flatMap((path) =>
    [[], [cookie()], [`Authorization: Bearer ${stack.apiRouteSecret}`]].flatMap((extra) => [
      rawRequest(path, { method: 'POST', headers: [...headers, ...extra], body }),
      rawRequest(path, { method: 'POST', headers: [...headers, ...extra, 'Transfer-Encoding: chunked'] }) + chunked,
    ]),
  )
  countAttacks(context, attacks.length)
  expect(
    await tryAll(attacks, async (attack) => {
      const answer = await sendRaw(stack.webUrl, attack)
      expect(answer.status, attack.slice(0, 300)).toBeGreaterThanOrEqual(400)
      return answer
    }),
  ).toEqual([])
})

it('logs lines of JSON alone, and no input as an error', () => {
  const lines = stack.web.output().slice(logStart).split('\n')
  for (const line of lines.filter((text) => text !== '')) {
    expect(() => void JSON.parse(line), line).not.toThrow()
    expect(line).not.toMatch(/"level":"error"/)
  }
})
